import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, faultOf, Gallery, leaning } from './gallery.js';

describe.each(bothDatabases)('undo on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  const two = async () => {
    const gallery = await Gallery.open(db);
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(2))];
    const merge = async () =>
      (
        await gallery.clusters.merge(
          gallery.tenantId,
          { sourceId: a.clusterId!, targetId: b.clusterId! },
          'ann',
        )
      ).operation;
    return { gallery, tenantId: gallery.tenantId, a, b, merge };
  };
  const newest = async (gallery: Gallery): Promise<string> =>
    (await gallery.read(({ operations }) => operations.list({ limit: 1 })))[0]!.id;

  it('of a merge parts the clusters again, opens the question and retires the constraint', async () => {
    const { gallery, a, b, merge } = await two();
    const item = await gallery.itemAbout(a.clusterId!);
    const merged = await merge();
    const { operation, left } = await gallery.undo(merged.operationId);
    expect(operation).toMatchObject({ kind: 'undo', constraintsRetired: 1 });
    expect(operation.openItemIds).toContain(item.id);
    expect(left).toEqual({ gone: [], placeless: [] });
    expect(await gallery.clusterOf(a)).toBe(a.clusterId);
    expect(await gallery.clusters.get(gallery.tenantId, a.clusterId!)).toMatchObject({
      state: 'pending',
      mergedInto: null,
      faceCount: 1,
    });
    expect(await gallery.item(item.id)).toMatchObject({
      state: 'open',
      evidence: item.evidence,
      resolvedAt: null,
      resolvedBy: null,
      operationId: null,
      outcome: null,
    });
    expect(await gallery.constraints(a, b)).toEqual([]);
  });

  it('of a decision opens the item with the evidence of then, which answers as before', async () => {
    const gallery = await Gallery.open(db);
    const known = await gallery.one(clear(1));
    const doubtful = await gallery.one(leaning(1, 0.36));
    const item = await gallery.itemAbout(doubtful.id);
    const accepted = await gallery.decide(item, { decision: 'accept' });
    await gallery.undo(accepted.operation.operationId);
    expect(await gallery.stored(doubtful)).toEqual(doubtful);
    expect(await gallery.item(item.id)).toMatchObject({ state: 'open', evidence: item.evidence });
    const again = await gallery.decide(await gallery.item(item.id), { decision: 'accept' });
    expect(again.item.state).toBe('resolved');
    expect(await gallery.clusterOf(doubtful)).toBe(known.clusterId);
  });

  it('can be undone itself, and that again', async () => {
    const { gallery, a, b, merge } = await two();
    const { operationId } = await merge();
    const undo = await gallery.undo(operationId);
    await gallery.undo(undo.operation.operationId);
    expect(await gallery.clusterOf(a)).toBe(b.clusterId);
    expect(await gallery.constraints(a, b)).toHaveLength(1);
    await gallery.undo(operationId);
    expect(await gallery.clusterOf(a)).toBe(a.clusterId);
    expect(await faultOf(gallery.undo(operationId))).toMatchObject({
      code: 'operation.not_undoable',
      extensions: { reason: 'already_undone', undone_by: await newest(gallery) },
    });
  });

  it('of an undo joins again what the machine has put there meanwhile, or leaves it there where a word keeps it out', async () => {
    for (const apart of [false, true]) {
      const { gallery, a, b, merge } = await two();
      const undo = await gallery.undo((await merge()).operationId);
      const late = await gallery.one(clear(3));
      const [faceA, faceB] = [late.id, b.id].sort() as [string, string];
      if (apart) await gallery.apply({ do: 'add_constraint', kind: 'cannot_link', faceA, faceB });
      await gallery.apply({ do: 'move_face', faceId: late.id, toClusterId: a.clusterId });
      await gallery.undo(undo.operation.operationId);
      expect(await gallery.clusterOf(a)).toBe(b.clusterId);
      expect(await gallery.clusterOf(late)).toBe(apart ? a.clusterId : b.clusterId);
      expect(await gallery.clusters.get(gallery.tenantId, a.clusterId!)).toMatchObject(
        apart ? { state: 'pending', faceCount: 1 } : { state: 'merged', mergedInto: b.clusterId },
      );
    }
  });

  it('is refused while a later decision about the same face stands, and names it', async () => {
    const { gallery, tenantId, a, merge } = await two();
    const merged = await merge();
    const { operation: move } = await gallery.clusters.moveFace(
      tenantId,
      a.id,
      { clusterId: null, override: true },
      'bob',
    );
    const fault = await faultOf(gallery.undo(merged.operationId));
    expect(fault.code).toBe('operation.has_dependents');
    expect(fault.extensions['operations']).toMatchObject([
      { id: move.operationId, kind: 'face_move', actor: 'bob', face_ids: [a.id] },
    ]);
    await gallery.undo(move.operationId);
    await gallery.undo(merged.operationId);
    expect(await gallery.clusterOf(a)).toBe(a.clusterId);
  });

  it('is refused while a later decision changed what the cluster is', async () => {
    const { gallery, tenantId, b, merge } = await two();
    const merged = await merge();
    const { operation: named } = await gallery.clusters.update(
      tenantId,
      b.clusterId!,
      { label: 'Ann' },
      'bob',
    );
    const fault = await faultOf(gallery.undo(merged.operationId));
    expect(fault.extensions['operations']).toMatchObject([
      { id: named.operationId, face_ids: [], cluster_ids: [b.clusterId] },
    ]);
  });

  it('two moves into one cluster do not hold each other, unless the later tied its face to the earlier', async () => {
    const gallery = await Gallery.open(db);
    const { tenantId } = gallery;
    const target = await gallery.one(clear(3));
    await gallery.decide(await gallery.itemAbout(target.clusterId!), { decision: 'confirm', label: 'Cid' });
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(2))];
    const into = { clusterId: target.clusterId };
    const first = await gallery.clusters.moveFace(tenantId, a.id, into, 'ann');
    await gallery.clusters.moveFace(tenantId, b.id, into, 'ann');
    expect(await gallery.constraints(a)).toHaveLength(1);
    await gallery.undo(first.operation.operationId);
    expect(await gallery.stored(a)).toEqual(a);
    expect(await gallery.clusterOf(b)).toBe(target.clusterId);
  });

  it('of a split takes along the faces that the machine has added to the new part', async () => {
    const gallery = await Gallery.open(db);
    const { tenantId } = gallery;
    const [a, b] = [await gallery.one(clear(1)), await gallery.one({ of: { 1: 0.9, 2: 0.42 } })];
    expect(b.clusterId).toBe(a.clusterId);
    const split = await gallery.clusters.split(tenantId, a.clusterId!, { groups: [[b.id]] }, 'ann');
    const part = split.clusters[1]!.id;
    const later = await gallery.one({ of: { 1: 0.5, 2: 0.86 } });
    expect(later.clusterId).toBe(part);
    const { operation } = await gallery.undo(split.operation.operationId);
    expect(operation.deletedClusterIds).toEqual([part]);
    for (const face of [a, b, later]) expect(await gallery.clusterOf(face)).toBe(a.clusterId);
    expect((await gallery.itemAbout(a.clusterId!)).evidence['face_count']).toBe(3);
  });

  it('of a new person keeps the machine’s faces in a provisional cluster when there is no one place to go', async () => {
    const { gallery, tenantId, a, b } = await two();
    const made = await gallery.clusters.create(tenantId, { label: 'Ann', faceIds: [a.id, b.id] }, 'ann');
    const later = await gallery.one({ of: { 1: 0.68, 2: 0.68 } });
    expect(later.clusterId).toBe(made.cluster.id);
    await gallery.undo(made.operation.operationId);
    expect(await gallery.stored(a)).toEqual(a);
    expect(await gallery.stored(b)).toEqual(b);
    expect(await gallery.clusters.get(tenantId, made.cluster.id)).toMatchObject({
      state: 'pending',
      label: null,
      faceCount: 1,
    });
    expect((await gallery.itemAbout(made.cluster.id)).evidence['face_ids']).toEqual([later.id]);
  });

  it('of the machine’s assignment leaves the face with nobody, locked, although the person was named since', async () => {
    const gallery = await Gallery.open(db);
    const first = await gallery.one(clear(1));
    const wrong = await gallery.one(clear(1));
    const assigned = await newest(gallery);
    await gallery.clusters.update(gallery.tenantId, first.clusterId!, { label: 'Ann' }, 'ann');
    await gallery.undo(assigned);
    expect(await gallery.stored(wrong)).toMatchObject({
      clusterId: null,
      state: 'unclustered',
      locked: true,
      assignedBy: 'human',
    });
    expect(await gallery.clusters.get(gallery.tenantId, first.clusterId!)).toMatchObject({
      label: 'Ann',
      faceCount: 1,
    });
  });

  it('of the machine’s merge parts the clusters for good: the next photo does not join them again', async () => {
    const gallery = await Gallery.open(db);
    // Asked about each other, and both fit the third face.
    const [a, b] = [await gallery.one({ of: { 1: 0.9 } }), await gallery.one({ of: { 1: 0.4, 2: 0.8 } })];
    const bridging = { of: { 1: 0.7, 2: 0.5 } };
    await gallery.one(bridging);
    expect(await gallery.clusterOf(a)).toBe(await gallery.clusterOf(b));
    await gallery.undo(await newest(gallery));
    expect(await gallery.clusterOf(a)).toBe(a.clusterId);
    expect(await gallery.clusterOf(b)).toBe(b.clusterId);
    expect(await gallery.constraints(a, b)).toMatchObject([{ kind: 'cannot_link', actor: 'reviewer' }]);
    const next = await gallery.one(bridging);
    expect(next.assignment).toBe('asked');
    expect(await gallery.clusterOf(b)).toBe(b.clusterId);
  });

  it('of dissolving gives back the cluster under its id, with name, cover and faces', async () => {
    const gallery = await Gallery.open(db);
    const face = await gallery.one(clear(1));
    const { tenantId } = gallery;
    const named = await gallery.clusters.update(
      tenantId,
      face.clusterId!,
      { label: 'Ann', externalRef: 'x', coverFaceId: face.id },
      'ann',
    );
    const gone = await gallery.clusters.dissolve(tenantId, face.clusterId!, 'ann');
    await gallery.undo(gone.operationId);
    const { version: _version, updatedAt: _at, ...before } = named.cluster;
    expect(await gallery.clusters.get(tenantId, face.clusterId!)).toMatchObject(before);
    expect(await gallery.stored(face)).toEqual(face);
  });

  it('never brings back what was erased, and says why', async () => {
    const gallery = await Gallery.open(db);
    const [a, b] = [await gallery.one(clear(1)), await gallery.one(clear(2))];
    const { tenantId } = gallery;
    const { operation } = await gallery.clusters.dismissFace(tenantId, a.id, 'ann');
    expect((await faultOf(gallery.undo(operation.operationId))).extensions).toMatchObject({
      reason: 'embedding_erased',
      face_ids: [a.id],
    });
    const erased = await gallery.erasure.deleteFace(tenantId, b.id, 'ann');
    expect((await faultOf(gallery.undo(erased.operation.operationId))).extensions['reason']).toBe('erased');
    const nothing = await gallery.photo({ ...clear(3), reasons: ['face_blurred'] });
    expect((await faultOf(gallery.undo(nothing.operation!.operationId))).extensions['reason']).toBe(
      'no_effect',
    );
    expect((await faultOf(gallery.undo(a.id))).code).toBe('operation.not_found');
  });

  it('puts the rest back when a face was erased or dismissed meanwhile', async () => {
    const gallery = await Gallery.open(db);
    const { tenantId } = gallery;
    const faces = [await gallery.one(clear(1)), await gallery.one(clear(1)), await gallery.one(clear(1))];
    const other = await gallery.one(clear(2));
    const merged = await gallery.clusters.merge(
      tenantId,
      { sourceId: faces[0]!.clusterId!, targetId: other.clusterId! },
      'ann',
    );
    await gallery.erasure.deleteFace(tenantId, faces[0]!.id, 'ann');
    await gallery.clusters.dismissFace(tenantId, faces[1]!.id, 'ann');
    const { left } = await gallery.undo(merged.operation.operationId);
    expect([...left.gone].sort()).toEqual([faces[0]!.id, faces[1]!.id].sort());
    expect(await gallery.clusterOf(faces[2]!)).toBe(faces[0]!.clusterId);
    expect(await gallery.stored(faces[1]!)).toMatchObject({ state: 'dismissed' });
  });

  it('leaves a face with nobody when its cluster went with the last of its erased faces', async () => {
    const { gallery, tenantId, b } = await two();
    const [c, d] = [await gallery.one(clear(3)), await gallery.one(clear(3))];
    const move = await gallery.clusters.moveFace(tenantId, c.id, { clusterId: b.clusterId }, 'ann');
    await gallery.erasure.deleteFace(tenantId, d.id, 'ann');
    const { left } = await gallery.undo(move.operation.operationId);
    expect(left.placeless).toEqual([c.id]);
    expect(await gallery.stored(c)).toMatchObject({ clusterId: null, state: 'unclustered' });
  });

  it('asks no question again about a person or face that was erased meanwhile', async () => {
    const gallery = await Gallery.open(db);
    const only = await gallery.one(clear(1));
    await gallery.one(clear(2));
    const doubtful = await gallery.one(leaning(2, 0.36));
    const questions = [await gallery.itemAbout(only.clusterId!), await gallery.itemAbout(doubtful.id)];
    const answers: string[] = [];
    for (const item of questions) {
      const { operation } = await gallery.decide(item, { decision: 'dismiss' });
      answers.push(operation.operationId);
    }
    for (const face of [only, doubtful]) await gallery.erasure.deleteFace(gallery.tenantId, face.id, 'h');
    for (const answer of answers) await gallery.undo(answer).catch(() => undefined);
    for (const { id } of questions) expect((await gallery.item(id)).state).not.toBe('open');
  });

  it('keeps no evidence in the record of an erasure', async () => {
    const gallery = await Gallery.open(db);
    await gallery.one(clear(1));
    const doubtful = await gallery.one(leaning(1, 0.36));
    const erased = await gallery.erasure.deleteFace(gallery.tenantId, doubtful.id, 'ann');
    const record = await gallery.read(({ operations }) => operations.find(erased.operation.operationId));
    expect(record!.changes).toMatchObject({ clusters_deleted: [{ before: null }], faces_changed: [] });
    expect(JSON.stringify(record!.changes)).not.toMatch(/candidates|similarity|evidence/);
  });
});
