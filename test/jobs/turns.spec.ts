// Queued jobs of several tenants are taken in turns, whoever sent the most and first.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BackgroundJobs } from '../../src/jobs/background-jobs.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';

let db: TestDatabase;
let queue: JobQueue;
beforeAll(async () => {
  db = await openPostgres();
  queue = await JobQueue.start(db.database.connection, () => undefined);
});
afterAll(async () => {
  await queue.stop();
  await db.close();
});

it('one job of a quiet tenant goes before the second of a noisy one', async () => {
  const jobs = new BackgroundJobs(db.tenants, db.system, queue);
  const submit = async (tenant: string, count: number): Promise<void> => {
    await db.addTenant(tenant);
    for (let n = 0; n < count; n++) await jobs.submit(tenant, 'ingest_image', { n });
  };
  await submit('noisy', 4);
  await submit('quiet', 1);
  await submit('third', 2);
  const order: string[] = [];
  const all = new Promise<void>((resolve) => {
    void jobs.work('ingest_image', 1, ({ tenantId, input }) => {
      order.push(`${tenantId}${String(input['n'])}`);
      if (order.length === 7) resolve();
      return Promise.resolve({});
    });
  });
  await all;
  expect(order.join(' ')).toBe('noisy0 quiet0 third0 noisy1 third1 noisy2 noisy3');
});
