import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaceRecord, ReviewItemRecord } from '../../src/database/records.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { faultOf, Gallery } from './gallery.js';

describe.each(bothDatabases)('merge suggestions on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  /** Two clusters of one person, both confirmed by a human; then a photo whose face clearly fits both. */
  const suggested = async (labels: readonly (string | undefined)[] = []) => {
    const gallery = await Gallery.open(db);
    const a = await gallery.one({ of: { 4: 0.75, 5: 0.6 } });
    const b = await gallery.one({ of: { 4: 0.45, 6: 0.85 } });
    for (const [i, face] of [a, b].entries()) {
      await gallery.clusters.update(
        gallery.tenantId,
        face.clusterId!,
        { state: 'confirmed', label: labels[i] },
        'h',
      );
    }
    const between = await gallery.one({ of: { 4: 0.75, 6: 0.45 } });
    return { gallery, a, b, between };
  };
  const suggestionOf = async (gallery: Gallery): Promise<ReviewItemRecord | undefined> =>
    (await gallery.openItems()).find((item) => item.kind === 'merge_suggestion');
  const onlyOne = async (gallery: Gallery): Promise<ReviewItemRecord> => (await suggestionOf(gallery))!;
  const findByCluster = async (gallery: Gallery, face: FaceRecord): Promise<string[]> => {
    const items = await gallery.read((repositories) =>
      repositories.reviewItems.findOpenTouching({ clusterIds: [face.clusterId!] }),
    );
    return items.flatMap((item) => (item.kind === 'merge_suggestion' ? [item.id] : []));
  };

  it('asks whether two clusters of humans are one when a face clearly fits both; the face joins the better', async () => {
    const { gallery, a, b, between } = await suggested();
    expect(between).toMatchObject({ assignment: 'assigned', clusterId: b.clusterId });
    const item = await onlyOne(gallery);
    expect(item).toMatchObject({
      clusterId: a.clusterId,
      otherClusterId: b.clusterId,
      evidence: {
        clusters: [
          { cluster_id: a.clusterId, face_count: 1, face_ids: [a.id] },
          { cluster_id: b.clusterId, face_count: 1, face_ids: [b.id] },
        ],
        shared_image_count: 0,
      },
    });
    expect(item.similarity).toBeCloseTo(0.3375, 2);
    for (const face of [a, b]) expect(await findByCluster(gallery, face)).toEqual([item.id]);
    await gallery.one({ of: { 4: 0.75, 6: 0.45 } });
    expect(await gallery.item(item.id)).toMatchObject({ state: 'open', version: 1 });
  });

  it('merge moves the faces to the larger cluster, and the machine keeps to it', async () => {
    const { gallery, a, b } = await suggested();
    const item = await onlyOne(gallery);
    const report = await gallery.decide(item, { decision: 'merge' });
    expect(report.item).toMatchObject({ state: 'resolved', outcome: { cluster_id: b.clusterId } });
    expect(await gallery.clusterOf(a)).toBe(b.clusterId);
    expect(await gallery.clusters.get(gallery.tenantId, a.clusterId!)).toMatchObject({
      state: 'merged',
      mergedInto: b.clusterId,
    });
    expect(await gallery.constraints(a)).toMatchObject([{ kind: 'must_link' }]);
    expect(await suggestionOf(gallery)).toBeUndefined();
  });

  it('merge keeps the cluster that has a name, although the other is larger', async () => {
    const { gallery, a, b } = await suggested(['Ann', undefined]);
    const item = await onlyOne(gallery);
    expect((await gallery.decide(item, { decision: 'merge' })).item.outcome).toMatchObject({
      cluster_id: a.clusterId,
    });
    expect(await gallery.clusters.get(gallery.tenantId, a.clusterId!)).toMatchObject({ label: 'Ann' });
    expect(await gallery.clusterOf(b)).toBe(a.clusterId);
  });

  it('not_same keeps the two apart for ever: never suggested again, no merge without override', async () => {
    const { gallery, a, b } = await suggested();
    await gallery.decide(await onlyOne(gallery), { decision: 'not_same' });
    expect(await gallery.constraints(a)).toMatchObject([{ kind: 'cannot_link' }]);
    for (let i = 0; i < 3; i++) await gallery.one({ of: { 4: 0.75, 6: 0.45 } });
    expect(await suggestionOf(gallery)).toBeUndefined();
    const request = { sourceId: a.clusterId!, targetId: b.clusterId! };
    expect((await faultOf(gallery.clusters.merge(gallery.tenantId, request, 'h'))).code).toBe(
      'constraint.conflict',
    );
  });

  it('dismiss is asked again only when the two together are half as large again', async () => {
    const { gallery, b } = await suggested();
    const item = await onlyOne(gallery);
    expect((await gallery.decide(item, { decision: 'dismiss' })).item.outcome).toMatchObject({
      face_count: 3,
    });
    await gallery.one({ of: { 4: 0.75, 6: 0.45 } });
    await gallery.one({ of: { 4: 0.75, 6: 0.45 } });
    expect(await suggestionOf(gallery)).toBeUndefined();
    // Three more faces are in; the next photo finds five of them.
    await gallery.one({ of: { 4: 0.75, 6: 0.45 } });
    expect(await suggestionOf(gallery)).toMatchObject({ otherClusterId: b.clusterId });
  });

  it.each([
    [
      'superseded',
      'one is hidden',
      (gallery: Gallery, a: FaceRecord) =>
        gallery.clusters.update(gallery.tenantId, a.clusterId!, { state: 'ignored' }, 'h'),
    ],
    [
      'superseded',
      'they are merged by hand',
      (gallery: Gallery, a: FaceRecord, b: FaceRecord) =>
        gallery.clusters.merge(gallery.tenantId, { sourceId: a.clusterId!, targetId: b.clusterId! }, 'h'),
    ],
    [
      'superseded',
      'a face is moved out of one into the other by hand, which keeps the rest apart',
      (gallery: Gallery, a: FaceRecord, b: FaceRecord, between: FaceRecord) =>
        gallery.clusters
          .moveFace(gallery.tenantId, between.id, { clusterId: a.clusterId! }, 'h')
          .then(() => b),
    ],
    [
      'cancelled',
      'one is erased',
      (gallery: Gallery, _a: FaceRecord, b: FaceRecord) =>
        gallery.erasure.deleteCluster(gallery.tenantId, b.clusterId!, 'h'),
    ],
  ])('is %s when %s', async (state, _when, change) => {
    const { gallery, a, b, between } = await suggested();
    const item = await onlyOne(gallery);
    await change(gallery, a, b, between);
    const closed = await gallery.item(item.id);
    expect(closed.state).toBe(state);
    if (state === 'cancelled') expect(closed.evidence).toEqual({});
  });

  it('shows other faces when a shown one is erased', async () => {
    const { gallery, b, between } = await suggested();
    const item = await onlyOne(gallery);
    await gallery.erasure.deleteFace(gallery.tenantId, b.id, 'h');
    const now = await gallery.item(item.id);
    expect(now).toMatchObject({ state: 'open', version: 2 });
    expect(now.evidence['clusters']).toMatchObject([{}, { face_ids: [between.id] }]);
    expect(JSON.stringify(now.evidence)).not.toContain(b.id);
  });
});
