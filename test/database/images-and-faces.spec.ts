// The repositories of images and faces on real databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantScope } from '../../src/database/tenant-store.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clusterRow, faceRow, hex64, imageRow, newId } from './rows.js';

describe.each(bothDatabases)('images and faces on $name', ({ open }) => {
  let db: TestDatabase;
  let scope: TenantScope;
  let tenants = 0;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());
  /** A tenant without rows. */
  const fresh = async (): Promise<TenantScope> => {
    const id = `images-${++tenants}`;
    await db.addTenant(id);
    return (scope = db.tenants.forTenant(id));
  };

  it('gives back an image exactly as it was stored', async () => {
    await fresh();
    const image = imageRow({
      externalId: 'IMG 1/ö',
      capturedAt: new Date('1999-12-31T23:59:59.001Z'),
      label: "O'Brien",
      notes: ['animated_first_frame', 'turned_90'],
      turn: 90,
    });
    await scope.transaction(({ images }) => images.insert(image));
    expect(await scope.read(({ images }) => images.find(image.id))).toEqual(image);
    expect(await scope.read(({ images }) => images.findBySha256(image.sha256))).toEqual(image);
    expect(await scope.read(({ images }) => images.findMany([image.id, newId()]))).toEqual([image]);
    expect(await scope.read(({ images }) => images.find(newId()))).toBeNull();
    expect(await scope.read(({ images }) => images.findBySha256(hex64('unknown')))).toBeNull();
  });

  it('refuses the same bytes twice for one tenant, and takes them for another', async () => {
    const first = await fresh();
    const image = imageRow();
    await first.transaction(({ images }) => images.insert(image));
    await expect(
      first.transaction(({ images }) => images.insert({ ...imageRow(), sha256: image.sha256 })),
    ).rejects.toThrow(/unique/i);
    const second = await fresh();
    await second.transaction(({ images }) => images.insert({ ...image }));
    expect(await second.read(({ images }) => images.find(image.id))).toEqual(image);
  });

  it('pages through images newest first, each once', async () => {
    await fresh();
    const rows = Array.from({ length: 7 }, () => imageRow());
    await scope.transaction(async ({ images }) => {
      for (const row of rows) await images.insert(row);
    });
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await scope.read(({ images }) => images.list({ limit: 3, after }));
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
      after = page.at(-1)!.id;
    }
    expect(seen).toEqual(rows.map(({ id }) => id).reverse());
  });

  it('lists the images that show all of the asked clusters', async () => {
    await fresh();
    const [ann, bob] = [clusterRow(), clusterRow()];
    const [both, onlyAnn, dismissedBob] = [imageRow(), imageRow(), imageRow()];
    await scope.transaction(async ({ images, clusters, faces }) => {
      for (const image of [both, onlyAnn, dismissedBob]) await images.insert(image);
      await clusters.insertMany([ann, bob]);
      await faces.insertMany([
        faceRow(both.id, { clusterId: ann.id }),
        faceRow(both.id, { clusterId: bob.id }),
        faceRow(onlyAnn.id, { clusterId: ann.id }),
        faceRow(dismissedBob.id, { clusterId: ann.id }),
        faceRow(dismissedBob.id, { clusterId: bob.id, state: 'unclustered' }),
      ]);
    });
    const ids = async (clusterIds: string[]): Promise<string[]> =>
      (await scope.read(({ images }) => images.list({ limit: 10, clusterIds }))).map(({ id }) => id);
    expect(await ids([ann.id])).toEqual([dismissedBob.id, onlyAnn.id, both.id]);
    expect(await ids([ann.id, bob.id])).toEqual([both.id]);
    expect(await ids([newId()])).toEqual([]);
  });

  it('gives back a face exactly as it was stored, and applies a patch to nothing else', async () => {
    await fresh();
    const image = imageRow();
    const cluster = clusterRow();
    const face = faceRow(image.id, {
      clusterId: cluster.id,
      reasons: ['face_small', 'face_blurred'],
      similarity: -0.25,
      probability: 0.875,
      assignment: 'asked',
      assignedBy: 'human',
      locked: true,
    });
    const other = faceRow(image.id);
    await scope.transaction(async ({ images, clusters, faces }) => {
      await images.insert(image);
      await clusters.insertMany([cluster]);
      await faces.insertMany([face, other]);
    });
    expect(await scope.read(({ faces }) => faces.find(face.id))).toEqual(face);
    const patch = {
      clusterId: null,
      state: 'dismissed',
      reasons: ['embedding_weak'],
      similarity: null,
    } as const;
    expect(await scope.transaction(({ faces }) => faces.update([face.id, newId()], patch))).toBe(1);
    expect(await scope.read(({ faces }) => faces.listByImages([image.id]))).toEqual([
      { ...face, ...patch },
      other,
    ]);
  });

  it('lists, ranks and counts the faces of clusters', async () => {
    await fresh();
    const images2 = [imageRow(), imageRow()];
    const clusters2 = [clusterRow(), clusterRow()];
    const [a, b] = [clusters2[0]!.id, clusters2[1]!.id];
    const rows = [0.5, 0.9, 0.9, 0.1].map((quality, i) =>
      faceRow(images2[i % 2]!.id, { clusterId: i === 3 ? b : a, quality }),
    );
    const hidden = faceRow(images2[0]!.id, { clusterId: a, state: 'unclustered', quality: 1 });
    await scope.transaction(async ({ images, clusters, faces }) => {
      for (const image of images2) await images.insert(image);
      await clusters.insertMany(clusters2);
      await faces.insertMany([...rows, hidden]);
    });
    const ids = rows.map(({ id }) => id);
    await scope.read(async ({ faces }) => {
      expect((await faces.listByCluster(a, { limit: 2 })).map(({ id }) => id)).toEqual(ids.slice(0, 2));
      expect((await faces.listByCluster(a, { limit: 9, after: ids[1]! })).map(({ id }) => id)).toEqual([
        ids[2],
        hidden.id,
      ]);
      expect((await faces.listByClusters([b, a])).map(({ id }) => id)).toEqual([
        ids[0],
        ids[1],
        ids[2],
        hidden.id,
        ids[3],
      ]);
      expect(await faces.listIdsByClusters([a, b])).toEqual([...ids, hidden.id]);
      expect((await faces.listBestByClusters([a, b], 2)).map(({ id }) => id)).toEqual([
        ids[1],
        ids[2],
        ids[3],
      ]);
      expect(await faces.countByClusters([a, b, newId()])).toEqual([
        { clusterId: a, faceCount: 3, imageCount: 2 },
        { clusterId: b, faceCount: 1, imageCount: 1 },
      ]);
    });
    expect(await scope.transaction(({ faces }) => faces.delete([ids[0]!, newId()]))).toBe(1);
  });

  it('a deleted image takes its faces along and leaves clusters standing', async () => {
    await fresh();
    const image = imageRow();
    const face = faceRow(image.id);
    const cluster = clusterRow({ coverFaceId: face.id });
    await scope.transaction(async ({ images, clusters, faces }) => {
      await images.insert(image);
      await clusters.insertMany([cluster]);
      await faces.insertMany([{ ...face, clusterId: cluster.id }]);
    });
    expect(await scope.transaction(({ images }) => images.delete(image.id))).toEqual(image);
    expect(await scope.transaction(({ images }) => images.delete(image.id))).toBeNull();
    expect(await scope.read(({ faces }) => faces.find(face.id))).toBeNull();
    expect(await scope.read(({ clusters }) => clusters.find(cluster.id))).toEqual({
      ...cluster,
      coverFaceId: null,
    });
  });

  it('refuses values that no face or image can have', async () => {
    await fresh();
    const image = imageRow();
    await scope.transaction(({ images }) => images.insert(image));
    const insertFace = (patch: object): Promise<void> =>
      scope.transaction(({ faces }) => faces.insertMany([{ ...faceRow(image.id), ...patch }]));
    await expect(insertFace({ quality: 1.01 })).rejects.toThrow();
    await expect(insertFace({ state: 'gone' })).rejects.toThrow();
    await expect(insertFace({ landmarks: [[1, 2]] })).rejects.toThrow();
    await expect(insertFace({ box: { x: 0, y: 0, width: 0, height: 1 } })).rejects.toThrow();
    await expect(insertFace({ imageId: newId() })).rejects.toThrow();
    await expect(
      scope.transaction(({ images }) => images.insert(imageRow({ sha256: 'F'.repeat(64) }))),
    ).rejects.toThrow();
    await insertFace({});
  });
});
