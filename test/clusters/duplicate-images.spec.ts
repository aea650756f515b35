import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, Gallery } from './gallery.js';

const HASH = '0f0f0f0f0f0f0f0f';
/** Four bits, and five, away from HASH. */
const NEAR = '0f0f0f0f0f0f0f00';
const FAR = '0f0f0f0f0f0f0e00';

describe.each(bothDatabases)('duplicate images on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  const asking = (): Promise<Gallery> => Gallery.asking(db, 'duplicate_image');
  const duplicate = async () => {
    const gallery = await asking();
    const first = (await gallery.picture({ phash: HASH }, clear(1))).faces[0]!;
    const second = (await gallery.picture({ phash: NEAR, width: 500, height: 50 }, clear(2))).faces[0]!;
    const item = (await gallery.openItems()).find(({ kind }) => kind === 'duplicate_image')!;
    return { gallery, first, second, item };
  };

  it('are asked about up to the distance, only where the tenant wants it, each image once', async () => {
    const silent = await Gallery.open(db);
    await silent.picture({ phash: HASH }, clear(1));
    await silent.picture({ phash: HASH }, clear(1));
    const isDuplicate = ({ kind }: { kind: string }): boolean => kind === 'duplicate_image';
    expect((await silent.openItems()).filter(isDuplicate)).toEqual([]);

    const gallery = await asking();
    const first = (await gallery.picture({ phash: HASH }, clear(1))).faces[0]!;
    await gallery.picture({ phash: FAR }, clear(1));
    expect((await gallery.openItems()).filter(isDuplicate)).toEqual([]);
    const near = (await gallery.picture({ phash: NEAR }, clear(1))).faces[0]!;
    const found = (await gallery.openItems()).filter(isDuplicate);
    // FAR is one bit from NEAR, HASH four: the closest is asked about.
    expect(found).toMatchObject([{ otherImageId: near.imageId, evidence: { distance: 1 } }]);
    expect(found[0]!.imageId).not.toBe(first.imageId);
    await gallery.change({ review: { kinds: { duplicate_image: true }, duplicate_distance_max: 0 } });
    await gallery.picture({ phash: 'ffffffffffffffff' }, clear(1));
    expect((await gallery.openItems()).filter(isDuplicate)).toHaveLength(1);
  });

  it('never meet across tenants', async () => {
    const other = await asking();
    await other.picture({ phash: '123456789abcdef0' }, clear(1));
    const gallery = await asking();
    await gallery.picture({ phash: '123456789abcdef0' }, clear(1));
    expect((await gallery.openItems()).map(({ kind }) => kind)).toEqual(['new_cluster']);
  });

  it('same puts the face of the copy where a human put the face of the kept image', async () => {
    const { gallery, first, second, item } = await duplicate();
    expect(item.evidence).toMatchObject({ distance: 4, matching_faces: [[first.id, second.id]] });
    await gallery.decide(await gallery.itemAbout(first.clusterId!), { decision: 'confirm', label: 'Ann' });
    expect(second.clusterId).not.toBe(first.clusterId);
    await gallery.decide(item, { decision: 'same', keep: first.imageId });
    expect(await gallery.stored(second)).toMatchObject({
      clusterId: first.clusterId,
      locked: true,
      assignedBy: 'human',
    });
    expect(await gallery.constraints(second)).toMatchObject([{ kind: 'must_link' }]);
  });

  it('different is remembered, and changes nothing', async () => {
    const { gallery, second, item } = await duplicate();
    const { item: closed } = await gallery.decide(item, { decision: 'different' });
    expect(closed).toMatchObject({ state: 'resolved', outcome: { decision: 'different' } });
    expect(await gallery.clusterOf(second)).toBe(second.clusterId);
    const last = await gallery.read((repositories) =>
      repositories.reviewItems.findLast('duplicate_image', item.subjectKey),
    );
    expect(last?.id).toBe(item.id);
  });

  it('is cancelled and emptied when either image is deleted', async () => {
    const { gallery, second, item } = await duplicate();
    const { operation } = await gallery.erasure.deleteImage(gallery.tenantId, second.imageId, 'h');
    expect(operation.cancelledItemIds).toContain(item.id);
    expect(await gallery.item(item.id)).toMatchObject({
      state: 'cancelled',
      evidence: {},
      otherImageId: null,
      operationId: operation.operationId,
    });
  });
});
