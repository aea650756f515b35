// A tenant that grows gets its index by a job, and loses it by one.
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VectorIndexes } from '../../src/database/vectors/vector-indexes.js';
import { VectorIndexUpkeep } from '../../src/ingest/vector-index-upkeep.js';
import { BackgroundJobs } from '../../src/jobs/background-jobs.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { clusterRow, faceRow, imageRow, randomEmbedding, randomNumbers, SPACE } from '../database/rows.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';

const PROMOTE_AT = 60;

describe('the index of a tenant that grows and shrinks', () => {
  const next = randomNumbers(5);
  let db: TestDatabase;
  let queue: JobQueue;
  let jobs: BackgroundJobs;
  let indexes: VectorIndexes;
  let upkeep: VectorIndexUpkeep;

  beforeAll(async () => {
    db = await openPostgres();
    await db.addTenant('t');
    queue = await JobQueue.start(db.database.connection, () => undefined);
    jobs = new BackgroundJobs(db.tenants, db.system, queue);
    indexes = new VectorIndexes(db.database, { promoteAt: PROMOTE_AT, demoteBelow: 30, indexesMax: 9 });
    upkeep = new VectorIndexUpkeep(db.tenants, indexes, jobs, pino({ level: 'silent' }));
    await upkeep.startWorker();
  });
  afterAll(async () => {
    await queue.stop();
    await db.close();
  });

  async function add(faces: number): Promise<string[]> {
    const image = imageRow();
    const cluster = clusterRow();
    const rows = Array.from({ length: faces }, () => faceRow(image.id, { clusterId: cluster.id }));
    await db.tenants.forTenant('t').transaction(async (r) => {
      await r.images.insert(image);
      await r.clusters.insertMany([cluster]);
      await r.faces.insertMany(rows);
      await r.embeddings.insertMany(rows.map(({ id }) => ({ faceId: id, embedding: randomEmbedding(next) })));
    });
    return rows.map(({ id }) => id);
  }
  const finished = async (jobId: string): Promise<Record<string, unknown> | null> => {
    await expect
      .poll(async () => (await jobs.get(jobId, 't')).state, { timeout: 30_000, interval: 200 })
      .toBe('succeeded');
    return (await jobs.get(jobId, 't')).result;
  };
  const step = async (): Promise<string> =>
    indexes.nextStep(
      't',
      SPACE,
      await db.tenants.forTenant('t').read((r) => r.embeddings.countUpTo(SPACE, PROMOTE_AT)),
    );

  it('is ordered once the tenant is large enough, built by a worker, and dropped again', async () => {
    await add(PROMOTE_AT - 1);
    expect(await upkeep.look('t', SPACE)).toBeNull();
    const many = await add(1);
    const build = await upkeep.look('t', SPACE);
    expect(await finished(build!.id)).toEqual({ step: 'build' });
    expect(await step()).toBe('none');
    expect(await upkeep.look('t', SPACE)).toBeNull();

    await db.tenants.forTenant('t').transaction(async ({ faces, images }) => {
      await faces.delete(many);
      for (const { id } of await images.list({ limit: 9 })) await images.delete(id);
    });
    expect(await step()).toBe('drop');
    const drop = await upkeep.look('t', SPACE);
    expect(await finished(drop!.id)).toEqual({ step: 'drop' });
    expect(await upkeep.look('t', SPACE)).toBeNull();
  });
});
