import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, Gallery, leaning } from './gallery.js';

describe.each(bothDatabases)('conflicts within one photo on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  /** A known person, and a photo with two faces that both clearly are that person. */
  const conflict = async () => {
    const gallery = await Gallery.open(db);
    const known = await gallery.one(clear(1));
    const { faces } = await gallery.photo(leaning(1, 0.7), clear(1));
    const [challenger, holder] = faces as [typeof known, typeof known];
    const item = await gallery.itemAbout(`cluster:${known.clusterId}`, 'same_image_conflict');
    return { gallery, known, holder, challenger, item };
  };

  it('lets the closer face keep the place and asks one question, not two', async () => {
    const { gallery, known, holder, challenger, item } = await conflict();
    expect(holder.clusterId).toBe(known.clusterId);
    expect(item).toMatchObject({
      faceId: challenger.id,
      clusterId: known.clusterId,
      imageId: holder.imageId,
      evidence: {
        faces: [{ face_id: holder.id }, { face_id: challenger.id }],
        own_cluster_id: challenger.clusterId,
      },
    });
    const about = (await gallery.openItems()).filter((open) => open.clusterId === challenger.clusterId);
    expect(about).toEqual([]);
  });

  it('keep_one locks the one; the other is asked about and may never join', async () => {
    const { gallery, known, holder, challenger, item } = await conflict();
    await gallery.decide(item, { decision: 'keep_one', face_id: holder.id });
    expect(await gallery.stored(holder)).toMatchObject({ locked: true, clusterId: known.clusterId });
    expect(await gallery.itemAbout(challenger.clusterId!)).toMatchObject({ kind: 'new_cluster' });
    expect((await gallery.constraints(challenger)).map(({ kind }) => kind)).toContain('cannot_link');
  });

  it('keep_one of the other changes places', async () => {
    const { gallery, known, holder, challenger, item } = await conflict();
    await gallery.decide(item, { decision: 'keep_one', face_id: challenger.id });
    expect(await gallery.stored(challenger)).toMatchObject({ locked: true, clusterId: known.clusterId });
    const away = await gallery.clusterOf(holder);
    expect(away).not.toBe(known.clusterId);
    expect(await gallery.itemAbout(away!)).toMatchObject({ kind: 'new_cluster' });
  });

  it('both puts both there, and a merge carries the permission along', async () => {
    const { gallery, known, holder, challenger, item } = await conflict();
    await gallery.decide(item, { decision: 'both' });
    expect(await gallery.clusterOf(challenger)).toBe(known.clusterId);
    expect(await gallery.clusterOf(holder)).toBe(known.clusterId);
    const kinds = (await gallery.constraints(holder)).map(({ kind }) => kind);
    expect(kinds).toContain('same_image_ok');
    const target = await gallery.one(clear(2));
    const request = { sourceId: known.clusterId!, targetId: target.clusterId! };
    await gallery.clusters.merge(gallery.tenantId, request, 'h');
    expect(await gallery.clusterOf(holder)).toBe(target.clusterId);
    expect(await gallery.clusterOf(challenger)).toBe(target.clusterId);
    expect((await gallery.openItems()).filter(({ kind }) => kind === 'same_image_conflict')).toEqual([]);
  });

  it('neither keeps both out, each a question of its own', async () => {
    const { gallery, known, holder, challenger, item } = await conflict();
    await gallery.decide(item, { decision: 'neither' });
    const homes = [await gallery.clusterOf(holder), await gallery.clusterOf(challenger)];
    expect(new Set([...homes, known.clusterId]).size).toBe(3);
    for (const home of homes) expect(await gallery.itemAbout(home!)).toMatchObject({ kind: 'new_cluster' });
  });

  it('dismiss leaves the other face as a question of its own', async () => {
    const { gallery, challenger, item } = await conflict();
    await gallery.decide(item, { decision: 'dismiss' });
    expect(await gallery.itemAbout(challenger.clusterId!)).toMatchObject({ kind: 'new_cluster' });
  });

  it('becomes moot when a human places the other face, and is emptied when one of the two is erased', async () => {
    const placed = await conflict();
    await placed.gallery.clusters.moveFace(
      placed.gallery.tenantId,
      placed.challenger.id,
      { clusterId: null },
      'h',
    );
    expect((await placed.gallery.item(placed.item.id)).state).toBe('superseded');
    const erased = await conflict();
    await erased.gallery.erasure.deleteFace(erased.gallery.tenantId, erased.holder.id, 'h');
    expect(await erased.gallery.item(erased.item.id)).toMatchObject({ state: 'cancelled', evidence: {} });
  });

  it('does not come back with an undo when the machine has put both in one place meanwhile', async () => {
    const { gallery, known, challenger, item } = await conflict();
    const { operation } = await gallery.decide(item, { decision: 'dismiss' });
    await gallery.apply({ do: 'move_face', faceId: challenger.id, toClusterId: known.clusterId });
    await gallery.undo(operation.operationId);
    expect(await gallery.clusterOf(challenger)).toBe(known.clusterId);
    expect((await gallery.item(item.id)).state).toBe('superseded');
  });

  it('is not raised where the tenant has turned it off: the other face is an ordinary question', async () => {
    const gallery = await Gallery.open(db);
    await gallery.change({ review: { kinds: { same_image_conflict: false } } });
    await gallery.one(clear(1));
    const { faces } = await gallery.photo(leaning(1, 0.7), clear(1));
    expect(await gallery.itemAbout(faces[0]!.clusterId!)).toMatchObject({ kind: 'new_cluster' });
  });
});
