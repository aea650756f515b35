// A tenant that is too large to be compared whole is consolidated where it has changed, neighbourhood by neighbourhood, with the real
// thread on both databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApplyPlan } from '../../src/clusters/applying/apply-plan.js';
import { AssignmentPolicies } from '../../src/clusters/assignment/assignment-policies.js';
import { Consolidations } from '../../src/clusters/regrouping/consolidations.js';
import { GroupingThread } from '../../src/clusters/regrouping/grouping-thread.js';
import { readCensus } from '../../src/clusters/regrouping/read-census.js';
import {
  followedFrom,
  NEIGHBOURHOOD_FACES_MAX,
  readNeighbourhood,
} from '../../src/clusters/regrouping/read-neighbourhood.js';
import { LargeTenants } from '../../src/consolidation/large-tenants.js';
import { linkageFromPair } from '../../src/domain/cluster/calibration.js';
import { carryOutCensus, EVIDENCE, previewCensus } from '../clusters/consolidate-gallery.js';
import { clear, Gallery, leaning, PAIR, SPACE } from '../clusters/gallery.js';
import { bothDatabases, openPostgres, type TestDatabase } from '../harness/database.js';

const countOf = (list: unknown): number => (list as { readonly count: number }).count;

describe.each(bothDatabases)('a large tenant on $name', ({ open }) => {
  let db: TestDatabase;
  let thread: GroupingThread;
  let large: LargeTenants;
  beforeAll(async () => {
    db = await open();
    thread = new GroupingThread();
    const policies = new AssignmentPolicies(SPACE, { pair: PAIR, linkage: linkageFromPair(PAIR) });
    large = new LargeTenants(db.tenants, new Consolidations(db.tenants, policies, new ApplyPlan()), thread);
  });
  afterAll(async () => {
    await thread.onModuleDestroy();
    await db.close();
  });
  const run = ({ tenantId }: Gallery, dryRun = false): Promise<Record<string, unknown>> =>
    large.run({ tenantId, dryRun, actor: 'machine' }, EVIDENCE);
  /** Two people who were mixed up, each in a way of its own, and somebody who has nothing to do with them. */
  const untidy = async (): Promise<Gallery> => {
    const gallery = await Gallery.open(db);
    // One neighbourhood large enough for a thread, and small ones.
    for (const person of [...Array<number>(14).fill(1), 2, 2, 2, 3, 3]) await gallery.one(clear(person));
    const [one, two] = [await gallery.one(clear(1)), await gallery.one(clear(2))];
    const away = [await gallery.one(clear(4)), await gallery.one(clear(5))];
    await gallery.apply({ do: 'move_face', faceId: one.id, toClusterId: away[0]!.clusterId });
    await gallery.apply({ do: 'move_face', faceId: two.id, toClusterId: away[1]!.clusterId });
    return gallery;
  };

  it('is put right as it would be whole, an operation for each neighbourhood, and then left alone', async () => {
    const gallery = await untidy();
    const whole = await previewCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    expect(whole.difference.moves).toHaveLength(2);
    const planned = await run(gallery, true);
    expect(countOf(planned['moved'])).toBe(2);
    expect(countOf(planned['operations'])).toBe(0);
    const done = await run(gallery);
    expect(
      (done['moved'] as { listed: { face_id: string }[] }).listed.map(({ face_id }) => face_id).sort(),
    ).toEqual(whole.difference.moves.map(({ faceId }) => faceId));
    expect(countOf(done['operations'])).toBe(2);
    expect(countOf(done['left_alone'])).toBe(0);
    const after = await previewCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    expect(after.difference.moves).toEqual([]);

    // Its own operations are all that is new: looked at once more, and no more.
    expect(countOf((await run(gallery))['operations'])).toBe(0);
    expect(await run(gallery)).toMatchObject({ faces: 0, operation_id: null });
    await gallery.one(clear(3));
    expect(await run(gallery)).toMatchObject({ faces: 3 });
  });

  it('takes back one neighbourhood and leaves the other', async () => {
    const gallery = await untidy();
    const { operation_id: last } = await run(gallery);
    await gallery.undo(String(last));
    const now = await previewCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    expect(now.difference.moves).toEqual([]);
    expect(countOf((await run(gallery))['operations'])).toBe(0);
  });

  it('keeps a face that only attaches from bringing people together, and lets it find its own', async () => {
    const gallery = await Gallery.open(db);
    for (const person of [1, 1, 2, 2]) await gallery.one(clear(person));
    await carryOutCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    const { faces } = await gallery.photo({ of: { 1: 0.65, 2: 0.65 }, reasons: ['face_small'] });
    const [doubted] = faces;
    const found = await readNeighbourhood(gallery.scope, EVIDENCE, { faceId: doubted!.id }, 1000);
    expect(found.kind === 'read' && found.census.compared).toHaveLength(5);
    const late = await gallery.one(clear(2));
    const about = await readNeighbourhood(gallery.scope, EVIDENCE, { faceId: late.id }, 1000);
    // Person 2, and the face that hangs on her; nobody is reached through that one.
    expect(about.kind === 'read' && about.census.compared).toHaveLength(4);
  });

  it('tells what has gone', async () => {
    const gallery = await Gallery.open(db);
    const face = await gallery.one(leaning(1, 0.5));
    await gallery.erasure.deleteFace(gallery.tenantId, face.id, 'h');
    expect(await readNeighbourhood(gallery.scope, EVIDENCE, { faceId: face.id }, 1000)).toEqual({
      kind: 'gone',
    });
    expect(await run(gallery)).toMatchObject({ faces: 0 });
  });
});

describe('the bounds of a large tenant', () => {
  it('follows closer links the more faces there are', () => {
    const { similarityMin } = EVIDENCE.links;
    expect(followedFrom(EVIDENCE, 500)).toBe(similarityMin);
    expect(followedFrom(EVIDENCE, 20_000)).toBe(similarityMin);
    const [tenfold, million] = [followedFrom(EVIDENCE, 200_000), followedFrom(EVIDENCE, 1_000_000)];
    expect(tenfold).toBeGreaterThan(similarityMin);
    expect(million).toBeGreaterThan(tenfold);
    expect(million).toBeLessThan(similarityMin + 0.08);
  });

  it('leaves a component as it is that has more faces than are compared, and says so', async () => {
    const db = await openPostgres();
    const thread = new GroupingThread();
    try {
      const gallery = await Gallery.open(db);
      const face = await gallery.one(clear(1));
      const client = await db.connect();
      await client.query(
        `INSERT INTO faces SELECT (jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid()))).*
         FROM faces f, generate_series(1, $2) WHERE f.id = $1`,
        [face.id, NEIGHBOURHOOD_FACES_MAX],
      );
      const policies = new AssignmentPolicies(SPACE, { pair: PAIR, linkage: linkageFromPair(PAIR) });
      const service = new Consolidations(db.tenants, policies, new ApplyPlan());
      const order = { tenantId: gallery.tenantId, dryRun: false, actor: 'machine' };
      const told = await new LargeTenants(db.tenants, service, thread).run(order, EVIDENCE);
      expect(told).toMatchObject({ faces: 0, operation_id: null });
      expect(told['left_alone']).toMatchObject({
        count: 1,
        listed: [
          {
            code: 'consolidation.component_too_large',
            cluster_id: face.clusterId,
            faces_max: NEIGHBOURHOOD_FACES_MAX,
          },
        ],
      });
    } finally {
      await thread.onModuleDestroy();
      await db.close();
    }
  });
});
