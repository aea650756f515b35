import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, Gallery, leaning } from './gallery.js';

describe.each(bothDatabases)('assigning faces on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  it('founds a provisional cluster for a stranger and asks who it is', async () => {
    const gallery = await Gallery.open(db);
    const face = await gallery.one(clear(1));
    expect(face).toMatchObject({ assignment: 'created', assignedBy: 'auto', locked: false, state: 'active' });
    expect(await gallery.clusters.get(gallery.tenantId, face.clusterId!)).toMatchObject({
      state: 'pending',
      faceCount: 1,
      version: 1,
    });
    expect(await gallery.itemAbout(face.clusterId!)).toMatchObject({
      kind: 'new_cluster',
      evidence: { face_ids: [face.id], face_count: 1, nearest: [] },
    });
  });

  it('joins the next photo of the person and brings the open question up to date', async () => {
    const gallery = await Gallery.open(db);
    const first = await gallery.one(clear(1));
    const second = await gallery.one(clear(1));
    expect(second).toMatchObject({ assignment: 'assigned', clusterId: first.clusterId });
    expect(second.similarity).toBeCloseTo(0.81, 2);
    expect(second.probability).toBeGreaterThan(0.9);
    const item = await gallery.itemAbout(first.clusterId!);
    expect(item.version).toBe(2);
    expect(item.evidence['face_count']).toBe(2);
    expect((await gallery.openItems()).length).toBe(1);
  });

  it('gives a doubtful face a cluster of its own and asks about the face, with the evidence', async () => {
    const gallery = await Gallery.open(db);
    const known = await gallery.one(clear(1));
    const doubtful = await gallery.one(leaning(1, 0.36));
    expect(doubtful.assignment).toBe('asked');
    expect(doubtful.clusterId).not.toBe(known.clusterId);
    const items = await gallery.openItems();
    expect(items.map((item) => item.kind).sort()).toEqual(['new_cluster', 'uncertain_assignment']);
    const item = await gallery.itemAbout(doubtful.id);
    expect(item.clusterId).toBe(known.clusterId);
    expect(item.evidence).toMatchObject({
      face_id: doubtful.id,
      own_cluster_id: doubtful.clusterId,
      candidates: [{ cluster_id: known.clusterId, face_ids: [known.id], face_count: 1 }],
    });
    expect(JSON.stringify(item.evidence)).not.toContain('embedding');
  });

  it('keeps an unclear face out of every cluster, with its reasons', async () => {
    const gallery = await Gallery.open(db);
    await gallery.one(clear(1));
    const blurred = await gallery.one({ ...clear(1), reasons: ['face_blurred'] });
    expect(blurred).toMatchObject({
      clusterId: null,
      state: 'unclustered',
      assignment: 'unclustered',
      reasons: ['face_blurred'],
    });
    const next = await gallery.one({ of: { 1: 0.1, 2: 0.9 } });
    expect(next.assignment).toBe('created');
  });

  it('never puts two faces of one photo into one cluster; the closer one keeps the place', async () => {
    const gallery = await Gallery.open(db);
    const known = await gallery.one(clear(1));
    const { faces } = await gallery.photo(leaning(1, 0.7), clear(1));
    expect(faces[1]!.clusterId).toBe(known.clusterId);
    expect(faces[0]!.clusterId).not.toBe(known.clusterId);
  });

  it('joins two provisional clusters when one face clearly fits both, and closes what was asked about the smaller', async () => {
    const gallery = await Gallery.open(db);
    const a = await gallery.one({ of: { 1: 0.72, 2: 0.6 } });
    const b = await gallery.one({ of: { 1: 0.72, 3: 0.6 } });
    // Far apart enough to be asked about when they came alone would need cosine < .41; theirs is .52.
    expect(await gallery.clusterOf(b)).toBe(await gallery.clusterOf(a));
    const c = await gallery.one({ of: { 4: 0.75, 5: 0.6 } });
    const d = await gallery.one({ of: { 4: 0.45, 6: 0.85 } });
    expect(d.assignment).toBe('asked');
    const between = await gallery.photo({ of: { 4: 0.75, 6: 0.45 } });
    expect(between.faces[0]!.assignment).toBe('assigned');
    expect(await gallery.clusterOf(d)).toBe(await gallery.clusterOf(c));
    const closed = await gallery.read((repositories) =>
      repositories.reviewItems.findLastClosed('uncertain_assignment', `face:${d.id}`),
    );
    expect(closed).toMatchObject({ state: 'superseded', operationId: between.operation!.operationId });
    const gone = await gallery.clusters.get(gallery.tenantId, d.clusterId!);
    expect(gone).toMatchObject({ state: 'merged', mergedInto: c.clusterId, faceCount: 0 });
  });

  it('writes one operation per photo that explains every face', async () => {
    const gallery = await Gallery.open(db);
    await gallery.one(clear(1));
    const { operation, faces } = await gallery.photo(clear(1), clear(2));
    const stored = await gallery.read((repositories) => repositories.operations.find(operation!.operationId));
    expect(stored!.kind).toBe('assign');
    expect(stored!.changes['decisions']).toMatchObject([
      { face_id: faces[0]!.id, decision: 'assign', rule: 'over_accept' },
      { face_id: faces[1]!.id, decision: 'create', rule: 'no_candidate' },
    ]);
  });

  it('makes one cluster of a new person whose photos arrive at once', async () => {
    const gallery = await Gallery.open(db);
    const arrivals = await Promise.all(Array.from({ length: 8 }, () => gallery.one(clear(1))));
    expect(new Set(arrivals.map((face) => face.clusterId)).size).toBe(1);
    expect(arrivals.filter((face) => face.assignment === 'created')).toHaveLength(1);
    expect(await gallery.openItems()).toHaveLength(1);
  });

  it('makes the same clusters in any order of arrival', async () => {
    const people = [1, 1, 1, 2, 2, 3, 3, 3, 3];
    for (const step of [1, 2, 4, 5, 7]) {
      const gallery = await Gallery.open(db);
      const found = new Map<number, Set<string>>();
      for (let i = 0; i < people.length; i++) {
        const person = people[(i * step) % people.length]!;
        const face = await gallery.one(clear(person));
        found.set(person, (found.get(person) ?? new Set()).add(face.clusterId!));
      }
      expect([...found.values()].map((clusters) => clusters.size)).toEqual([1, 1, 1]);
    }
  });
});
