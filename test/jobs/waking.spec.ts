// A job that is sent where workers are is taken at once: looking for jobs now and then is for what other processes send.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobQueue } from '../../src/queue/job-queue.js';
import { newId } from '../database/rows.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';

/** Longer than any test lasts: what is done before it was not found by looking. s */
const NEVER_SECONDS = 3600;
const JOBS = 5;

describe.each(bothDatabases)('workers on $name', ({ open }) => {
  let db: TestDatabase;
  let queue: JobQueue;
  beforeAll(async () => {
    db = await open();
    queue = await JobQueue.start(db.database.connection, () => undefined, NEVER_SECONDS);
  });
  afterAll(async () => {
    await queue.stop();
    await db.close();
  });

  it('take what waited before them, what is sent while they work, and what is sent while they rest', async () => {
    const done: string[] = [];
    const send = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++)
        await queue.send('ingest_image', { tenantId: 'somebody', jobId: newId() });
    };
    const allDone = (count: number) =>
      expect.poll(() => new Set(done).size, { timeout: 30_000, interval: 20 }).toBe(count);
    let first = true;
    await send(JOBS);
    await queue.work('ingest_image', 2, async ({ jobId }) => {
      const sends = first;
      first = false;
      if (sends) await send(JOBS);
      done.push(jobId);
    });
    await allDone(2 * JOBS);
    await send(1);
    await allDone(2 * JOBS + 1);
    expect(done).toHaveLength(2 * JOBS + 1);
  });
});
