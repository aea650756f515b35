import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, Gallery, leaning, type FaceSpec } from './gallery.js';

const doubted = (spec: FaceSpec, quality = 0.3): FaceSpec => ({
  ...spec,
  quality,
  reasons: ['detection_weak'],
});

describe.each(bothDatabases)('suspect faces on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  const asking = (): Promise<Gallery> => Gallery.asking(db, 'suspect_face');

  it('are asked about only where the tenant wants it, and only when they just failed', async () => {
    const silent = await Gallery.open(db);
    await silent.one(doubted(clear(1)));
    expect(await silent.openItems()).toEqual([]);
    const gallery = await asking();
    await gallery.one(doubted(clear(1), 0.1));
    await gallery.one({ ...doubted(clear(1)), reasons: ['detection_weak', 'face_blurred'] });
    expect(await gallery.openItems()).toEqual([]);
    const face = await gallery.one(doubted(clear(1)));
    expect(face).toMatchObject({ state: 'unclustered', clusterId: null });
    expect(await gallery.openItems()).toMatchObject([
      { kind: 'suspect_face', faceId: face.id, evidence: { reasons: ['detection_weak'], quality: 0.3 } },
    ]);
  });

  it('is_face joins the person it clearly is, by the machine’s word', async () => {
    const gallery = await asking();
    const known = await gallery.one(clear(1));
    const face = await gallery.one(doubted(clear(1)));
    await gallery.decide(await gallery.itemAbout(face.id), { decision: 'is_face' });
    expect(await gallery.stored(face)).toMatchObject({
      clusterId: known.clusterId,
      state: 'active',
      assignedBy: 'auto',
      locked: false,
    });
    expect((await gallery.stored(face)).similarity).toBeCloseTo(0.81, 2);
    expect((await gallery.clusters.get(gallery.tenantId, known.clusterId!)).faceCount).toBe(2);
  });

  it('is_face founds a cluster for a stranger, and asks where it is in doubt', async () => {
    const gallery = await asking();
    await gallery.one(clear(1));
    const stranger = await gallery.one(doubted(clear(2)));
    await gallery.decide(await gallery.itemAbout(stranger.id), { decision: 'is_face' });
    expect(await gallery.itemAbout((await gallery.clusterOf(stranger))!)).toMatchObject({
      kind: 'new_cluster',
    });
    const unsure = await gallery.one(doubted(leaning(1, 0.36)));
    await gallery.decide(await gallery.itemAbout(unsure.id), { decision: 'is_face' });
    expect(await gallery.itemAbout(unsure.id)).toMatchObject({ kind: 'uncertain_assignment' });
  });

  it('is_face keeps to the rule of one face per photo, unless a human excused the photo', async () => {
    for (const excused of [false, true]) {
      const gallery = await asking();
      const known = await gallery.one(clear(1));
      const { faces } = await gallery.photo(leaning(1, 0.7), clear(1), doubted(clear(1)));
      if (excused) {
        const conflict = await gallery.itemAbout(`cluster:${known.clusterId}`, 'same_image_conflict');
        await gallery.decide(conflict, { decision: 'both' });
      }
      await gallery.decide(await gallery.itemAbout(faces[2]!.id), { decision: 'is_face' });
      expect((await gallery.clusterOf(faces[2]!)) === known.clusterId).toBe(excused);
    }
  });

  it('is_face keeps to what a human said about the face', async () => {
    const gallery = await asking();
    const known = await gallery.one(clear(1));
    const face = await gallery.one(doubted(clear(1)));
    const ends = [face.id, known.id].sort() as [string, string];
    await gallery.apply({ do: 'add_constraint', kind: 'cannot_link', faceA: ends[0], faceB: ends[1] });
    await gallery.decide(await gallery.itemAbout(face.id), { decision: 'is_face' });
    expect(await gallery.clusterOf(face)).not.toBe(known.clusterId);
  });

  it('not_a_face erases the embedding; a face placed by hand is no question any more', async () => {
    const gallery = await asking();
    const face = await gallery.one(doubted(clear(1)));
    await gallery.decide(await gallery.itemAbout(face.id), { decision: 'not_a_face' });
    expect(await gallery.stored(face)).toMatchObject({ state: 'dismissed' });
    const other = await gallery.one(doubted(clear(2)));
    const item = await gallery.itemAbout(other.id);
    const home = await gallery.one(clear(3));
    await gallery.clusters.moveFace(gallery.tenantId, other.id, { clusterId: home.clusterId }, 'h');
    expect((await gallery.item(item.id)).state).toBe('superseded');
  });
});
