// A tenant's index is built beside its uploads: photos that arrive meanwhile are assigned at once, and are in the index when it is done.
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VectorIndexes } from '../../src/database/vectors/vector-indexes.js';
import type { FaceRecord } from '../../src/database/records.js';
import { clear, Gallery, SPACE } from '../clusters/gallery.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';

const PEOPLE = 5;
const FACES_BEFORE = 15;

describe('uploads while the index of their tenant is built', () => {
  let db: TestDatabase;
  let other: pg.Client;
  beforeAll(async () => {
    db = await openPostgres();
    other = await db.connect();
  });
  afterAll(() => db.close());

  it('go on, and are found in it', async () => {
    const gallery = await Gallery.open(db);
    const { tenantId, scope } = gallery;
    for (let i = 0; i < FACES_BEFORE; i++) await gallery.one(clear(1 + (i % PEOPLE)));
    const indexes = new VectorIndexes(db.database, {
      promoteAt: FACES_BEFORE,
      demoteBelow: 5,
      indexesMax: 9,
    });
    const step = (): Promise<string> => indexes.nextStep(tenantId, SPACE, FACES_BEFORE);
    expect(await step()).toBe('build');

    // A build waits for whoever has written and not ended: it cannot end before this one does.
    await other.query('BEGIN');
    await other.query('LOCK TABLE face_embeddings IN ROW EXCLUSIVE MODE');
    let building = true;
    const build = indexes.build(tenantId, SPACE).finally(() => (building = false));
    // Within a transaction a session sees such figures as they were when it first looked.
    const waiting = async (): Promise<number | null> => {
      await other.query('SELECT pg_stat_clear_snapshot()');
      return (await other.query(`SELECT 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%'`))
        .rowCount;
    };
    await expect.poll(waiting, { timeout: 20_000, interval: 50 }).toBe(1);
    const late: FaceRecord[] = [];
    for (let i = 0; i < PEOPLE; i++) late.push(await gallery.one(clear(1 + i)));
    expect(late.map(({ assignment }) => assignment)).toEqual(Array(PEOPLE).fill('assigned'));
    expect(building).toBe(true);
    expect(await step()).toBe('build');

    await other.query('COMMIT');
    expect(await build).toBe(true);
    expect(await step()).toBe('none');
    for (const { id, clusterId } of late) {
      const [near] = await scope.read(async ({ embeddings }) => {
        const [own] = await embeddings.load([id], SPACE);
        return embeddings.nearest([own!.embedding], { limit: 1, similarityMin: 0.9 });
      });
      expect(near).toMatchObject([{ faceId: id, clusterId }]);
    }
  });
});
