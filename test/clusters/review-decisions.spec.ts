import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, faultOf, Gallery, leaning } from './gallery.js';

describe.each(bothDatabases)('review decisions on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  /** A known person's face, and one in doubt about it. */
  const doubt = async () => {
    const gallery = await Gallery.open(db);
    const known = await gallery.one(clear(1));
    const doubtful = await gallery.one(leaning(1, 0.36));
    return { gallery, known, doubtful, item: await gallery.itemAbout(doubtful.id) };
  };

  describe('new_cluster', () => {
    it('confirm names the person and locks exactly the faces that were shown', async () => {
      const gallery = await Gallery.open(db, { facesShown: 2 });
      const first = await gallery.one(clear(1));
      const second = await gallery.one(clear(1));
      const third = await gallery.one({ of: { 1: 0.9 }, quality: 0.1 });
      const item = await gallery.itemAbout(first.clusterId!);
      const report = await gallery.decide(item, { decision: 'confirm', label: 'Ann', external_ref: 'crm/7' });
      expect(report.item).toMatchObject({
        state: 'resolved',
        resolvedBy: 'reviewer',
        operationId: report.operation.operationId,
      });
      expect(await gallery.clusters.get(gallery.tenantId, first.clusterId!)).toMatchObject({
        state: 'confirmed',
        label: 'Ann',
        externalRef: 'crm/7',
        faceCount: 3,
      });
      for (const shown of [first, second]) {
        expect(await gallery.stored(shown)).toMatchObject({ locked: true, assignedBy: 'human' });
      }
      expect(await gallery.stored(third)).toMatchObject({ locked: false, assignedBy: 'auto' });
      expect(await gallery.one(clear(1))).toMatchObject({
        clusterId: first.clusterId,
        assignedBy: 'auto',
        locked: false,
      });
      expect(await gallery.openItems()).toEqual([]);
    });

    it('assign_to merges into the person and ties what was shown to it', async () => {
      const gallery = await Gallery.open(db);
      const ann = await gallery.one(clear(1));
      const other = await gallery.one(clear(2));
      const item = await gallery.itemAbout(other.clusterId!);
      await gallery.decide(item, { decision: 'assign_to', cluster_id: ann.clusterId });
      expect(await gallery.stored(other)).toMatchObject({ clusterId: ann.clusterId, locked: true });
      expect(await gallery.clusters.get(gallery.tenantId, other.clusterId!)).toMatchObject({
        state: 'merged',
        mergedInto: ann.clusterId,
      });
      expect(await gallery.constraints(other)).toMatchObject([{ kind: 'must_link', actor: 'reviewer' }]);
      const fault = await faultOf(
        gallery.decide(await gallery.itemAbout(ann.clusterId!), {
          decision: 'assign_to',
          cluster_id: other.clusterId,
        }),
      );
      expect(fault).toMatchObject({ code: 'cluster.merged', extensions: { merged_into: ann.clusterId } });
    });

    it('ignore hides the person, who then absorbs faces without a question', async () => {
      const gallery = await Gallery.open(db);
      const stranger = await gallery.one(clear(1));
      await gallery.decide(await gallery.itemAbout(stranger.clusterId!), { decision: 'ignore' });
      expect(await gallery.one(clear(1))).toMatchObject({ clusterId: stranger.clusterId });
      expect(await gallery.openItems()).toEqual([]);
    });

    it('not_a_face erases the embedding and keeps the box', async () => {
      const gallery = await Gallery.open(db);
      const poster = await gallery.one(clear(1));
      await gallery.decide(await gallery.itemAbout(poster.clusterId!), {
        decision: 'not_a_face',
        face_ids: [poster.id],
      });
      expect(await gallery.stored(poster)).toMatchObject({
        state: 'dismissed',
        clusterId: null,
        box: poster.box,
      });
      expect(
        await gallery.read((repositories) => repositories.embeddings.load([poster.id], poster.space)),
      ).toEqual([]);
      expect((await faultOf(gallery.clusters.get(gallery.tenantId, poster.clusterId!))).code).toBe(
        'cluster.not_found',
      );
      expect((await gallery.one(clear(1))).assignment).toBe('created');
    });

    it('dismiss closes the question, which returns only when the cluster has grown by half', async () => {
      const gallery = await Gallery.open(db);
      const first = await gallery.one(clear(1));
      await gallery.one(clear(1));
      const item = await gallery.itemAbout(first.clusterId!);
      const { item: closed } = await gallery.decisions.dismiss(gallery.tenantId, item.id, {
        actor: 'reviewer',
        at: new Date(),
      });
      expect(closed).toMatchObject({ state: 'dismissed', outcome: { face_count: 2 } });
      expect(await gallery.openItems()).toEqual([]);
      await gallery.one(clear(1));
      const again = await gallery.itemAbout(first.clusterId!);
      expect(again.id).not.toBe(item.id);
      expect(again.evidence['face_count']).toBe(3);
    });
  });

  describe('uncertain_assignment', () => {
    it('accept puts the face with the person for good, and its provisional cluster closes as merged', async () => {
      const { gallery, known, doubtful, item } = await doubt();
      const follower = await gallery.one({ of: { 1: 0.28, [99]: 0.0 } });
      expect(follower.clusterId).not.toBe(known.clusterId);
      await gallery.decide(item, { decision: 'accept', cluster_id: known.clusterId });
      expect(await gallery.stored(doubtful)).toMatchObject({
        clusterId: known.clusterId,
        locked: true,
        assignedBy: 'human',
      });
      expect(await gallery.clusters.get(gallery.tenantId, doubtful.clusterId!)).toMatchObject({
        state: 'merged',
        mergedInto: known.clusterId,
      });
      expect(await gallery.constraints(doubtful)).toMatchObject([{ kind: 'must_link' }]);
    });

    it('reject leaves the face with nobody, and it never returns to that cluster', async () => {
      const { gallery, known, doubtful, item } = await doubt();
      const { item: closed, operation } = await gallery.decide(item, { decision: 'reject' });
      expect(closed.outcome).toMatchObject({
        decision: 'reject',
        cluster_ids: [known.clusterId],
        cluster_id: null,
      });
      expect(operation.deletedClusterIds).toEqual([doubtful.clusterId]);
      expect(await gallery.stored(doubtful)).toMatchObject({
        clusterId: null,
        state: 'unclustered',
        locked: false,
      });
      const fault = await faultOf(
        gallery.clusters.moveFace(gallery.tenantId, doubtful.id, { clusterId: known.clusterId }, 'reviewer'),
      );
      expect(fault).toMatchObject({
        code: 'constraint.conflict',
        extensions: { constraints: [{ operation_id: operation.operationId }] },
      });
      const moved = await gallery.clusters.moveFace(
        gallery.tenantId,
        doubtful.id,
        { clusterId: known.clusterId, override: true },
        'reviewer',
      );
      expect(moved.face).toMatchObject({ clusterId: known.clusterId, locked: true, state: 'active' });
      expect(moved.operation.constraintsRetired).toBe(1);
      const history = await gallery.constraintsOf(operation.operationId);
      expect(history[0]!.retiredAt).not.toBeNull();
    });

    it('keeps a rejected face’s cluster from being bridged into the rejected one', async () => {
      const gallery = await Gallery.open(db);
      const known = await gallery.one({ of: { 1: 0.75, 2: 0.6 } });
      const doubtful = await gallery.one({ of: { 1: 0.45, 3: 0.85 } });
      const friend = await gallery.one({ of: { 3: 0.95 } });
      expect(friend.clusterId).toBe(doubtful.clusterId);
      await gallery.decide(await gallery.itemAbout(doubtful.id), { decision: 'reject' });
      expect(await gallery.clusterOf(doubtful)).toBe(doubtful.clusterId);
      expect(await gallery.itemAbout(doubtful.clusterId!)).toMatchObject({ kind: 'new_cluster' });
      const between = await gallery.one({ of: { 1: 0.85, 3: 0.4 } });
      expect(await gallery.clusterOf(doubtful)).not.toBe(await gallery.clusterOf(known));
      expect((await gallery.stored(between)).assignment).toBe('asked');
    });

    it('reject of the best goes to the next candidate when that one is in the auto band', async () => {
      const gallery = await Gallery.open(db, { marginLogit: 4 });
      const a = await gallery.one({ of: { 1: 1 } });
      const b = await gallery.one({ of: { 2: 1 } });
      const torn = await gallery.one({ of: { 1: 0.52, 2: 0.48 } });
      expect(torn.assignment).toBe('asked');
      const item = await gallery.itemAbout(torn.id);
      await gallery.decide(item, { decision: 'reject', cluster_ids: [a.clusterId] });
      expect(await gallery.stored(torn)).toMatchObject({
        clusterId: b.clusterId,
        locked: false,
        assignedBy: 'auto',
      });
      expect(await gallery.constraints(torn)).toMatchObject([{ kind: 'cannot_link' }]);
    });

    it('new_cluster makes the face a person of its own, apart from all that were shown', async () => {
      const { gallery, known, doubtful, item } = await doubt();
      await gallery.decide(item, { decision: 'new_cluster', label: 'Bea' });
      expect(await gallery.clusters.get(gallery.tenantId, doubtful.clusterId!)).toMatchObject({
        state: 'confirmed',
        label: 'Bea',
      });
      const request = { sourceId: doubtful.clusterId!, targetId: known.clusterId! };
      expect((await faultOf(gallery.clusters.merge(gallery.tenantId, request, 'reviewer'))).code).toBe(
        'constraint.conflict',
      );
    });

    it('not_a_face takes the detection out; dismiss leaves everything as it is', async () => {
      const first = await doubt();
      await first.gallery.decide(first.item, { decision: 'not_a_face' });
      expect((await first.gallery.stored(first.doubtful)).state).toBe('dismissed');
      const second = await doubt();
      await second.gallery.decide(second.item, { decision: 'dismiss' });
      expect(await second.gallery.stored(second.doubtful)).toMatchObject({
        clusterId: second.doubtful.clusterId,
        locked: false,
      });
      expect((await second.gallery.item(second.item.id)).state).toBe('dismissed');
    });

    it('counts a candidate that was merged meanwhile as the cluster that it went into', async () => {
      const { gallery, known, doubtful, item } = await doubt();
      const other = await gallery.one(clear(7));
      await gallery.clusters.merge(
        gallery.tenantId,
        { sourceId: known.clusterId!, targetId: other.clusterId! },
        'reviewer',
      );
      const refreshed = await gallery.item(item.id);
      expect(refreshed.version).toBe(item.version + 1);
      expect(refreshed).toMatchObject({
        clusterId: other.clusterId,
        evidence: { candidates: [{ cluster_id: other.clusterId }] },
      });
      await gallery.decide(refreshed, { decision: 'accept' });
      expect(await gallery.clusterOf(doubtful)).toBe(other.clusterId);
    });
  });

  it('answers a second decision with the outcome of the first', async () => {
    const { gallery, item } = await doubt();
    const { operation } = await gallery.decide(item, { decision: 'accept' });
    const fault = await faultOf(gallery.decide(item, { decision: 'reject' }));
    expect(fault).toMatchObject({
      code: 'review_item.closed',
      extensions: { state: 'resolved', operation_id: operation.operationId, outcome: { decision: 'accept' } },
    });
  });

  it('lets exactly one of two decisions at once win', async () => {
    const { gallery, item } = await doubt();
    const results = await Promise.allSettled([
      gallery.decide(item, { decision: 'accept' }),
      gallery.decide(item, { decision: 'reject' }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('takes an answer to the evidence that was shown only; other evidence comes back with the refusal', async () => {
    const { gallery, known, item } = await doubt();
    const other = await gallery.one(clear(7));
    const request = { sourceId: known.clusterId!, targetId: other.clusterId! };
    await gallery.clusters.merge(gallery.tenantId, request, 'reviewer');
    const fault = await faultOf(gallery.decide(item, { decision: 'accept' }, { expected: [item.version] }));
    expect(fault).toMatchObject({
      code: 'review_item.changed',
      extensions: {
        item: { id: item.id, version: item.version + 1, subject: { cluster_id: other.clusterId } },
      },
    });
    expect(await gallery.item(item.id)).toMatchObject({ state: 'open' });
    const shown = [item.version + 1];
    await gallery.decide(item, { decision: 'accept' }, { expected: shown });
    // Closed goes before changed: the version of a closed item is a new one as well.
    const late = await faultOf(gallery.decide(item, { decision: 'accept' }, { expected: shown }));
    expect(late.code).toBe('review_item.closed');
  });

  it('lets one of two answers to the same version win, whatever the order of arrival', async () => {
    const { gallery, item } = await doubt();
    const expected = [item.version];
    const results = await Promise.allSettled(
      ['accept', 'reject', 'accept', 'reject'].map((decision) =>
        gallery.decide(item, { decision }, { expected }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses decisions that do not fit, and changes nothing', async () => {
    const { gallery, doubtful, item } = await doubt();
    for (const body of [
      {},
      { decision: 'confirm' },
      { decision: 'accept', cluster_id: 'x' },
      { decision: 'reject', cluster_ids: [doubtful.id] },
    ]) {
      expect((await faultOf(gallery.decide(item, body))).code).toBe('review_item.decision_invalid');
    }
    expect((await gallery.item(item.id)).version).toBe(item.version);
  });

  it('knows no other tenant’s item', async () => {
    const { item } = await doubt();
    const stranger = await Gallery.open(db);
    expect((await faultOf(stranger.decide(item, { decision: 'accept' }))).code).toBe('review_item.not_found');
  });

  it('reject parts the face from an example that has come to stand with it meanwhile', async () => {
    const gallery = await Gallery.open(db);
    const [one, other] = [await gallery.one(clear(1)), await gallery.one(clear(1))];
    const doubtful = await gallery.one(leaning(1, 0.36));
    const item = await gallery.itemAbout(doubtful.id);
    const shown = (item.evidence['candidates'] as { face_ids: string[] }[])[0]!.face_ids;
    const example = [one, other].find(({ id }) => shown.includes(id))!;
    await gallery.apply({ do: 'move_face', faceId: example.id, toClusterId: doubtful.clusterId });
    expect(await gallery.clusterOf(example)).toBe(doubtful.clusterId);
    await gallery.decide(await gallery.item(item.id), { decision: 'reject' });
    const apart = (await gallery.constraints(doubtful)).filter(({ kind }) => kind === 'cannot_link');
    expect(apart.map(({ faceA, faceB }) => [faceA, faceB]).flat()).toContain(example.id);
    expect(await gallery.clusterOf(doubtful)).not.toBe(await gallery.clusterOf(example));
  });
});
