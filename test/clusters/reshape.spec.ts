import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, faultOf, Gallery, leaning } from './gallery.js';

describe.each(bothDatabases)('clusters by a human’s hand on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  it('merge leaves the old id answering with where it went, over several merges', async () => {
    const gallery = await Gallery.open(db);
    const [a, b, c] = [await gallery.one(clear(1)), await gallery.one(clear(2)), await gallery.one(clear(3))];
    const { tenantId } = gallery;
    await gallery.clusters.merge(tenantId, { sourceId: a.clusterId!, targetId: b.clusterId! }, 'ann');
    await gallery.clusters.merge(tenantId, { sourceId: b.clusterId!, targetId: c.clusterId! }, 'ann');
    for (const gone of [a, b]) {
      expect(await gallery.clusters.get(tenantId, gone.clusterId!)).toMatchObject({
        state: 'merged',
        mergedInto: c.clusterId,
      });
    }
    expect(await gallery.clusters.get(tenantId, c.clusterId!)).toMatchObject({ faceCount: 3, imageCount: 3 });
    const fault = await faultOf(gallery.clusters.update(tenantId, a.clusterId!, { label: 'x' }, 'ann'));
    expect(fault).toMatchObject({ code: 'cluster.merged', extensions: { merged_into: c.clusterId } });
  });

  it('merge refuses two labels, then keeps the target’s when told to', async () => {
    const gallery = await Gallery.open(db);
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(2))];
    const { tenantId } = gallery;
    await gallery.clusters.update(tenantId, a.clusterId!, { label: 'Ann' }, 'ann');
    await gallery.clusters.update(tenantId, b.clusterId!, { label: 'Bea' }, 'ann');
    const request = { sourceId: a.clusterId!, targetId: b.clusterId! };
    expect((await faultOf(gallery.clusters.merge(tenantId, request, 'ann'))).code).toBe(
      'cluster.labels_differ',
    );
    expect((await gallery.clusters.get(tenantId, a.clusterId!)).state).toBe('confirmed');
    const { cluster } = await gallery.clusters.merge(tenantId, { ...request, keepLabel: true }, 'ann');
    expect(cluster).toMatchObject({ label: 'Bea', faceCount: 2 });
  });

  it('naming a provisional cluster confirms it and makes its question moot', async () => {
    const gallery = await Gallery.open(db);
    const face = await gallery.one(clear(1));
    const item = await gallery.itemAbout(face.clusterId!);
    const before = await gallery.clusters.get(gallery.tenantId, face.clusterId!);
    const { cluster, operation } = await gallery.clusters.update(
      gallery.tenantId,
      face.clusterId!,
      { label: 'Ann', coverFaceId: face.id },
      'ann',
    );
    expect(cluster).toMatchObject({
      state: 'confirmed',
      label: 'Ann',
      coverFaceId: face.id,
      version: before.version + 1,
    });
    expect(await gallery.item(item.id)).toMatchObject({
      state: 'superseded',
      operationId: operation.operationId,
    });
  });

  it('split keeps the parts apart for good and asks about the new ones', async () => {
    const gallery = await Gallery.open(db);
    const faces = [await gallery.one(clear(1)), await gallery.one(clear(1)), await gallery.one(clear(1))];
    const { tenantId } = gallery;
    const { clusters } = await gallery.clusters.split(
      tenantId,
      faces[0]!.clusterId!,
      { groups: [[faces[2]!.id]] },
      'ann',
    );
    expect(clusters.map((cluster) => cluster.faceCount)).toEqual([2, 1]);
    const part = clusters[1]!.id;
    expect(await gallery.stored(faces[2]!)).toMatchObject({ clusterId: part, locked: true });
    expect((await gallery.itemAbout(part)).kind).toBe('new_cluster');
    const again = { sourceId: part, targetId: clusters[0]!.id };
    expect((await faultOf(gallery.clusters.merge(tenantId, again, 'ann'))).code).toBe('constraint.conflict');
    // A new face fits both parts; the machine does not bridge what a human parted.
    const next = await gallery.one(clear(1));
    expect(next.assignment).toBe('asked');
    expect(await gallery.clusterOf(faces[2]!)).toBe(part);
  });

  it('move locks the face, and moving it back takes a word', async () => {
    const gallery = await Gallery.open(db);
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(1))];
    const other = await gallery.one(clear(2));
    const { tenantId } = gallery;
    const { face } = await gallery.clusters.moveFace(tenantId, b.id, { clusterId: other.clusterId }, 'ann');
    expect(face).toMatchObject({ clusterId: other.clusterId, locked: true, assignedBy: 'human' });
    const back = { clusterId: a.clusterId };
    const fault = await faultOf(gallery.clusters.moveFace(tenantId, b.id, back, 'bob'));
    expect(fault.code).toBe('constraint.conflict');
    expect(fault.extensions['constraints']).toHaveLength(2);
    const forced = await gallery.clusters.moveFace(tenantId, b.id, { ...back, override: true }, 'bob');
    expect(forced.face.clusterId).toBe(a.clusterId);
  });

  it('create makes a confirmed person of chosen faces, one that was kept unclustered among them', async () => {
    const gallery = await Gallery.open(db);
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(1))];
    const blurred = await gallery.one({ ...clear(1), reasons: ['face_blurred'] });
    const request = { label: 'Ann', faceIds: [a.id, b.id, blurred.id] };
    const { cluster } = await gallery.clusters.create(gallery.tenantId, request, 'ann');
    expect(cluster).toMatchObject({ state: 'confirmed', label: 'Ann', faceCount: 3 });
    expect(await gallery.stored(blurred)).toMatchObject({ state: 'active', locked: true });
    expect((await faultOf(gallery.clusters.get(gallery.tenantId, a.clusterId!))).code).toBe(
      'cluster.not_found',
    );
  });

  it('dissolve leaves the faces with nobody', async () => {
    const gallery = await Gallery.open(db);
    const face = await gallery.one(clear(1));
    await gallery.clusters.dissolve(gallery.tenantId, face.clusterId!, 'ann');
    expect(await gallery.stored(face)).toMatchObject({ clusterId: null, state: 'unclustered' });
    expect(await gallery.openItems()).toEqual([]);
  });

  it('erasing a face takes its constraints, cancels what was asked about it and keeps no evidence', async () => {
    const gallery = await Gallery.open(db);
    const known = await gallery.one(clear(1));
    const doubtful = await gallery.one(leaning(1, 0.36));
    const item = await gallery.itemAbout(doubtful.id);
    const { operation } = await gallery.erasure.deleteFace(gallery.tenantId, doubtful.id, 'ann');
    expect(operation).toMatchObject({ cancelledItemIds: [item.id], deletedClusterIds: [doubtful.clusterId] });
    expect(await gallery.item(item.id)).toMatchObject({ state: 'cancelled', evidence: {}, faceId: null });
    expect((await faultOf(gallery.erasure.deleteFace(gallery.tenantId, doubtful.id, 'ann'))).code).toBe(
      'face.not_found',
    );
    const named = await gallery.clusters.update(gallery.tenantId, known.clusterId!, { label: 'Ann' }, 'ann');
    await gallery.erasure.deleteImage(gallery.tenantId, known.imageId, 'ann');
    expect((await faultOf(gallery.clusters.get(gallery.tenantId, named.cluster.id))).code).toBe(
      'cluster.not_found',
    );
    expect((await faultOf(gallery.erasure.deleteImage(gallery.tenantId, known.imageId, 'ann'))).code).toBe(
      'image.not_found',
    );
  });

  it('erasing one of several faces keeps the cluster and brings its question up to date', async () => {
    const gallery = await Gallery.open(db);
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(1))];
    await gallery.erasure.deleteFace(gallery.tenantId, a.id, 'ann');
    expect(await gallery.itemAbout(b.clusterId!)).toMatchObject({
      evidence: { face_ids: [b.id], face_count: 1 },
    });
  });

  it('keeps what stood before every change, and never an embedding', async () => {
    const gallery = await Gallery.open(db);
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(2))];
    const { operation } = await gallery.clusters.merge(
      gallery.tenantId,
      { sourceId: a.clusterId!, targetId: b.clusterId! },
      'ann',
    );
    const stored = await gallery.read((repositories) => repositories.operations.find(operation.operationId));
    expect(stored).toMatchObject({
      kind: 'cluster_merge',
      actor: 'ann',
      changes: {
        faces_changed: [
          { ids: [a.id], before: { cluster_id: a.clusterId }, after: { cluster_id: b.clusterId } },
        ],
        clusters_changed: [
          {
            id: a.clusterId,
            before: { state: 'pending', merged_into: null },
            after: { state: 'merged', merged_into: b.clusterId },
          },
        ],
      },
    });
    expect(JSON.stringify(stored)).not.toMatch(/embedding|vector|centroid/);
  });
});
