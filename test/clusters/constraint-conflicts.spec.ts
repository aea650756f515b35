import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaceRecord, ReviewItemRecord } from '../../src/database/records.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { consolidateGallery } from './consolidate-gallery.js';
import { clear, Gallery } from './gallery.js';

/** Faces of each part: more than a question needs that contradicts a human. */
const MANY = 22;

describe.each(bothDatabases)('conflicts with a human on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  const conflicts = async (gallery: Gallery): Promise<ReviewItemRecord[]> =>
    (await gallery.openItems()).filter(({ kind }) => kind === 'constraint_conflict');
  /** Ann and Eve, named by a human; both faces are locked. */
  const named = async () => {
    const gallery = await Gallery.open(db);
    const faces: FaceRecord[] = [];
    for (const [person, label] of [
      [1, 'Ann'],
      [2, 'Eve'],
    ] as const) {
      const face = await gallery.one(clear(person));
      await gallery.decide(await gallery.itemAbout(face.clusterId!), { decision: 'confirm', label });
      faces.push(face);
    }
    return { gallery, ann: faces[0]!, eve: faces[1]! };
  };

  it('an imported name never moves a locked face: the human stands, the queue asks', async () => {
    const { gallery, ann, eve } = await named();
    await gallery.name(ann, 'Eve');
    expect(await gallery.clusterOf(ann)).toBe(ann.clusterId);
    expect(await conflicts(gallery)).toMatchObject([
      {
        faceId: ann.id,
        clusterId: eve.clusterId,
        otherClusterId: ann.clusterId,
        evidence: {
          proposal: { by: 'import', do: 'move', target_cluster_id: eve.clusterId },
          stands: { locked_face_ids: [ann.id], constraints: [] },
        },
      },
    ]);
    await gallery.name(ann, 'Eve');
    expect(await conflicts(gallery)).toHaveLength(1);
  });

  it('keep_human changes nothing, and the same name is not asked about again', async () => {
    const { gallery, ann } = await named();
    await gallery.name(ann, 'Eve');
    await gallery.decide((await conflicts(gallery))[0]!, { decision: 'keep_human' });
    await gallery.name(ann, 'Eve');
    expect(await conflicts(gallery)).toEqual([]);
    expect(await gallery.stored(ann)).toMatchObject({ clusterId: ann.clusterId, locked: true });
  });

  it('take_proposal retires the cannot-link, which stays in the history, and moves the face', async () => {
    const { gallery, ann } = await named();
    const stranger = await gallery.one(clear(3));
    const said = await gallery.say('cannot_link', ann, stranger);
    await gallery.name(stranger, 'Ann');
    expect(await gallery.clusterOf(stranger)).toBe(stranger.clusterId);
    const [item] = await conflicts(gallery);
    expect(item!.evidence['stands']).toMatchObject({
      constraints: [{ kind: 'cannot_link', operation_id: said.operationId }],
    });
    await gallery.decide(item!, { decision: 'take_proposal' });
    expect(await gallery.stored(stranger)).toMatchObject({ clusterId: ann.clusterId, locked: true });
    expect((await gallery.constraints(stranger)).map(({ kind }) => kind)).toEqual(['must_link']);
    const history = await gallery.constraintsOf(said.operationId);
    expect(history[0]!.retiredAt).not.toBeNull();
  });

  it('take_proposal makes the person whom nobody had named yet', async () => {
    const { gallery, ann } = await named();
    await gallery.name(ann, 'Joan');
    await gallery.decide((await conflicts(gallery))[0]!, { decision: 'take_proposal' });
    const home = await gallery.clusterOf(ann);
    expect(await gallery.clusters.get(gallery.tenantId, home!)).toMatchObject({
      label: 'Joan',
      state: 'confirmed',
      faceCount: 1,
    });
  });

  it('a name that contradicts nobody is applied', async () => {
    const { gallery, ann } = await named();
    const stranger = await gallery.one(clear(3));
    await gallery.name(stranger, 'Ann');
    expect(await gallery.stored(stranger)).toMatchObject({ clusterId: ann.clusterId, assignedBy: 'import' });
    expect(await conflicts(gallery)).toEqual([]);
  });

  it('is moot when a human moves the face, and is emptied when the face is erased', async () => {
    const moved = await named();
    await moved.gallery.name(moved.ann, 'Eve');
    const [first] = await conflicts(moved.gallery);
    await moved.gallery.clusters.moveFace(moved.gallery.tenantId, moved.ann.id, { clusterId: null }, 'h');
    expect((await moved.gallery.item(first!.id)).state).toBe('superseded');
    const erased = await named();
    await erased.gallery.name(erased.ann, 'Eve');
    const [second] = await conflicts(erased.gallery);
    await erased.gallery.erasure.deleteFace(erased.gallery.tenantId, erased.ann.id, 'h');
    expect(await erased.gallery.item(second!.id)).toMatchObject({ state: 'cancelled', evidence: {} });
  });

  it('consolidation asks once about words that contradict each other, and breaks neither by itself', async () => {
    const gallery = await Gallery.open(db);
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(1))];
    const c = await gallery.one(clear(2));
    await gallery.say('must_link', a, b);
    const { operationId } = await gallery.say('cannot_link', a, c);
    await gallery.say('must_link', b, c);
    await consolidateGallery(gallery);
    const [item, ...more] = await conflicts(gallery);
    expect(more).toEqual([]);
    expect(item!.evidence).toMatchObject({
      proposal: { by: 'consolidation', do: 'move', face_ids: [c.id], target_cluster_id: a.clusterId },
      stands: { constraints: [{ kind: 'cannot_link', operation_id: operationId }] },
    });
    expect(await Promise.all([a, b, c].map((face) => gallery.clusterOf(face)))).toEqual([
      a.clusterId,
      a.clusterId,
      c.clusterId,
    ]);
    await consolidateGallery(gallery);
    expect(await conflicts(gallery)).toHaveLength(1);
    await gallery.decide(item!, { decision: 'keep_human' });
    expect((await consolidateGallery(gallery)).operationId).toBeNull();
    expect(await conflicts(gallery)).toEqual([]);
  });

  it('words that contradict each other stay one question wherever the machine puts the face meanwhile', async () => {
    const gallery = await Gallery.open(db);
    const [a, c, d] = [await gallery.one(clear(1)), await gallery.one(clear(2)), await gallery.one(clear(3))];
    for (const person of [1, 3]) await gallery.one(clear(person));
    for (const kind of ['must_link', 'cannot_link'] as const) await gallery.say(kind, a, c);
    await consolidateGallery(gallery);
    const [item] = await conflicts(gallery);
    expect(item).toMatchObject({ faceId: c.id, otherClusterId: c.clusterId });
    await gallery.apply({ do: 'move_face', faceId: c.id, toClusterId: d.clusterId });
    expect(await gallery.item(item!.id)).toMatchObject({
      state: 'open',
      clusterId: a.clusterId,
      otherClusterId: d.clusterId,
      evidence: { proposal: { source_cluster_id: d.clusterId, target_cluster_id: a.clusterId } },
    });
    // The misplaced face goes into a cluster of its own, and the question with it.
    await consolidateGallery(gallery);
    const home = await gallery.clusterOf(c);
    expect([a.clusterId, d.clusterId]).not.toContain(home);
    expect((await conflicts(gallery)).map(({ id, otherClusterId }) => [id, otherClusterId])).toEqual([
      [item!.id, home],
    ]);
    expect((await consolidateGallery(gallery)).operationId).toBeNull();
    await gallery.decide(await gallery.item(item!.id), { decision: 'take_proposal' });
    expect(await gallery.clusterOf(c)).toBe(a.clusterId);
  });

  it('words that contradict each other are no question about a cluster that the tied face has left', async () => {
    const gallery = await Gallery.open(db);
    const [a, c, d] = [await gallery.one(clear(1)), await gallery.one(clear(2)), await gallery.one(clear(3))];
    await gallery.one(clear(1));
    for (const kind of ['must_link', 'cannot_link'] as const) await gallery.say(kind, a, c);
    await consolidateGallery(gallery);
    const [item] = await conflicts(gallery);
    expect(item!.evidence).toMatchObject({ proposal: { do: 'move', face_ids: [c.id] } });
    const moved = await gallery.apply({ do: 'move_face', faceId: a.id, toClusterId: d.clusterId });
    expect(await gallery.item(item!.id)).toMatchObject({
      state: 'superseded',
      operationId: moved.operationId,
    });
    // The regrouping puts the face back, and what contradicts each other is asked anew.
    await consolidateGallery(gallery);
    const [again] = await conflicts(gallery);
    expect(again!.evidence).toMatchObject({
      proposal: { face_ids: [c.id], target_cluster_id: await gallery.clusterOf(a) },
    });
    await gallery.decide(again!, { decision: 'take_proposal' });
    expect(await gallery.clusterOf(c)).toBe(await gallery.clusterOf(a));
  });

  it('consolidation asks once where a word keeps many faces apart against the evidence, and obeys it meanwhile', async () => {
    const gallery = await Gallery.open(db);
    const faces: FaceRecord[] = [];
    for (let i = 0; i < 2 * MANY; i++) faces.push(await gallery.one(clear(1)));
    const whole = faces[0]!.clusterId!;
    expect(new Set(await Promise.all(faces.map((face) => gallery.clusterOf(face))))).toEqual(
      new Set([whole]),
    );
    const part = faces.slice(MANY);
    const groups = [part.map(({ id }) => id)];
    const { clusters } = await gallery.clusters.split(gallery.tenantId, whole, { groups }, 'reviewer');
    const [, split] = clusters;
    const before = await Promise.all(faces.map((face) => gallery.clusterOf(face)));
    await consolidateGallery(gallery);
    const [item, ...more] = await conflicts(gallery);
    expect(more).toEqual([]);
    expect(item!.subjectKey).toContain([whole, split!.id].sort().join('+'));
    expect(item!.evidence).toMatchObject({ proposal: { by: 'consolidation', do: 'merge' } });
    expect(await Promise.all(faces.map((face) => gallery.clusterOf(face)))).toEqual(before);
    await gallery.decide(item!, { decision: 'keep_human' });
    await consolidateGallery(gallery);
    expect(await conflicts(gallery)).toEqual([]);
    expect(await Promise.all(faces.map((face) => gallery.clusterOf(face)))).toEqual(before);
  });

  it('consolidation leaves a single face where a human put it, and asks nobody about it', async () => {
    const { gallery, ann, eve } = await named();
    const own = [];
    for (let i = 0; i < 4; i++) own.push(await gallery.one(clear(1)));
    const stray = own[0]!;
    const moved = { clusterId: eve.clusterId };
    await gallery.clusters.moveFace(gallery.tenantId, stray.id, moved, 'reviewer');
    await consolidateGallery(gallery);
    expect(await gallery.clusterOf(stray)).toBe(eve.clusterId);
    expect(await gallery.clusterOf(own[1]!)).toBe(ann.clusterId);
    expect(await conflicts(gallery)).toEqual([]);
  });

  it('consolidation does not ask where a tenant does not want to be asked', async () => {
    const gallery = await Gallery.open(db);
    await gallery.change({ review: { kinds: { constraint_conflict: false } } });
    const [a, c] = [await gallery.one(clear(1)), await gallery.one(clear(2))];
    for (const kind of ['must_link', 'cannot_link'] as const) await gallery.say(kind, a, c);
    await consolidateGallery(gallery);
    expect(await conflicts(gallery)).toEqual([]);
    await gallery.change({});
    await consolidateGallery(gallery);
    expect(await conflicts(gallery)).toHaveLength(1);
  });
});
