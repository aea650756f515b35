// What closed questions keep of people who were erased: that they were asked and how they were answered, and nothing else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReviewItemRecord } from '../../src/database/records.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, Gallery, leaning } from './gallery.js';

describe.each(bothDatabases)('closed questions on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  const emptied = { evidence: {}, notes: [], skips: [], similarity: null, probability: null };
  const closedItems = (gallery: Gallery): Promise<ReviewItemRecord[]> =>
    gallery.read(async ({ reviewItems }) =>
      (await reviewItems.listAll({ limit: 1000 })).filter(({ state }) => state !== 'open'),
    );

  /** Somebody named Ada, and a face that was compared with her and found to be somebody else. */
  const compared = async () => {
    const gallery = await Gallery.open(db);
    const ada = await gallery.one(clear(1));
    const doubtful = await gallery.one(leaning(1, 0.36));
    const asked = await gallery.itemAbout(doubtful.id);
    expect(asked.clusterId).toBe(ada.clusterId);
    const { operation } = await gallery.decide(asked, { decision: 'reject' });
    const named = await gallery.itemAbout(ada.clusterId!);
    await gallery.decide(named, { decision: 'confirm', label: 'Ada' });
    return { gallery, ada, asked, named, answer: operation.operationId };
  };

  it.each(['deleteFace', 'deleteImage'] as const)(
    'about a cluster that goes with its last erased face keep nothing that was measured or written, %s',
    async (erase) => {
      const { gallery, ada, asked, named } = await compared();
      const subject = erase === 'deleteFace' ? ada.id : ada.imageId;
      const { operation, erasure } = await gallery.erasure[erase](gallery.tenantId, subject, 'ann');
      expect(operation.deletedClusterIds).toContain(ada.clusterId);
      for (const item of [asked, named]) expect(await gallery.item(item.id)).toMatchObject(emptied);
      const { outcome } = await gallery.item(named.id);
      expect([outcome!['decision'], outcome!['label']]).toEqual(['confirm', undefined]);
      expect(erasure.counts['review_items_emptied']).toBeGreaterThanOrEqual(2);
      expect(JSON.stringify(await closedItems(gallery))).not.toContain('Ada');
    },
  );

  it('keep what they hold while one face of the cluster is left', async () => {
    const { gallery, ada, asked } = await compared();
    const other = await gallery.one(clear(1));
    expect(other.clusterId).toBe(ada.clusterId);
    await gallery.erasure.deleteFace(gallery.tenantId, other.id, 'ann');
    expect(await gallery.item(asked.id)).toMatchObject({ evidence: asked.evidence });
  });

  it('are not opened again with nothing in them, whatever is taken back', async () => {
    const { gallery, ada, asked, answer } = await compared();
    await gallery.erasure.deleteCluster(gallery.tenantId, ada.clusterId!, 'ann');
    await gallery.undo(answer);
    expect(await gallery.item(asked.id)).toMatchObject({ ...emptied, state: 'resolved' });
    const open = await gallery.openItems();
    expect(open.filter(({ evidence }) => Object.keys(evidence).length === 0)).toEqual([]);
  });

  it('and what was merged into a person who is erased keep no name', async () => {
    const gallery = await Gallery.open(db);
    const [ada, grace] = [await gallery.one(clear(1)), await gallery.one(clear(2))];
    for (const [face, label] of [
      [ada, 'Ada'],
      [grace, 'Grace'],
    ] as const)
      await gallery.decide(await gallery.itemAbout(face.clusterId!), { decision: 'confirm', label });
    const both = { sourceId: ada.clusterId!, targetId: grace.clusterId!, keepLabel: true };
    await gallery.clusters.merge(gallery.tenantId, both, 'ann');
    await gallery.erasure.deleteCluster(gallery.tenantId, grace.clusterId!, 'ann');
    const rows = await gallery.read(async ({ clusters }) =>
      clusters.findMany([ada.clusterId!, grace.clusterId!]),
    );
    expect(JSON.stringify([rows, await closedItems(gallery)])).not.toMatch(/Ada|Grace/);
  });
});
