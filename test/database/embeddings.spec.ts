// Search over embeddings and the sums of clusters, on real databases, against the same computed here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Embedding } from '../../src/domain/face/embedding.js';
import type { FaceRecord } from '../../src/database/records.js';
import type { TenantScope } from '../../src/database/tenant-store.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import {
  dot,
  halves,
  clusterRow,
  faceRow,
  imageRow,
  newId,
  randomEmbedding,
  randomNumbers,
  SPACE,
} from './rows.js';

/** Float32 sums of 512 products in another order differ by less than this. */
const TOLERANCE = 2e-6;
const PEOPLE = 6;
const FACES = 120;

interface Stored {
  readonly face: FaceRecord;
  readonly embedding: Embedding;
}

describe.each(bothDatabases)('embeddings on $name', ({ open }) => {
  const next = randomNumbers(7);
  const clusters = Array.from({ length: PEOPLE }, (_, i) =>
    clusterRow(i === PEOPLE - 1 ? { state: 'merged' } : i === 1 ? { state: 'ignored' } : {}),
  );
  const image = imageRow();
  const centres = clusters.map(() => randomEmbedding(next));
  const stored: Stored[] = Array.from({ length: FACES }, (_, i) => {
    const person = i % PEOPLE;
    const state = i % 10 === 3 ? 'unclustered' : 'active';
    const clusterId = i % 20 === 7 ? null : clusters[person]!.id;
    return {
      face: faceRow(image.id, { clusterId, state }),
      // Every 11th is the same as the one before: a tie.
      embedding: randomEmbedding(next, SPACE, centres[person]),
    };
  });
  for (let i = 11; i < FACES; i += 11) stored[i] = { ...stored[i]!, embedding: stored[i - 1]!.embedding };
  /** The same vectors in another space, for every third face. */
  const elsewhere = stored
    .filter((_, i) => i % 3 === 0)
    .map(({ face, embedding }) => ({ face, embedding: Embedding.fromRaw('pack-b', embedding.values) }));
  const searchable = stored.filter(
    ({ face }) =>
      face.state === 'active' && face.clusterId !== null && face.clusterId !== clusters.at(-1)!.id,
  );
  const probes = [0, 1, 2, 3].map((person) => randomEmbedding(next, SPACE, centres[person], 0.3));

  let db: TestDatabase;
  let scope: TenantScope;
  beforeAll(async () => {
    db = await open();
    await db.addTenant('t');
    await db.addTenant('empty');
    scope = db.tenants.forTenant('t');
    await scope.transaction(async (r) => {
      await r.images.insert(image);
      await r.clusters.insertMany(clusters);
      await r.faces.insertMany(stored.map(({ face }) => face));
      await r.embeddings.insertMany(
        [...stored, ...elsewhere].map(({ face, embedding }) => ({ faceId: face.id, embedding })),
      );
      await r.centroids.recompute(clusters.map(({ id }) => id));
    });
  });
  afterAll(() => db.close());

  /** What `nearest` promises, the slow way. */
  const bruteForce = (probe: Embedding, among: readonly Stored[]) =>
    among
      .map(({ face, embedding }) => ({
        faceId: face.id,
        clusterId: face.clusterId!,
        imageId: face.imageId,
        similarity: dot(halves(probe), halves(embedding)),
      }))
      .sort((a, b) => b.similarity - a.similarity || (a.faceId < b.faceId ? -1 : 1));

  it('finds for every probe of an image the same faces as brute force, in the same order', async () => {
    const lists = await scope.read(({ embeddings }) =>
      embeddings.nearest(probes, { limit: 25, similarityMin: -1 }),
    );
    expect(lists).toHaveLength(probes.length);
    for (const [i, list] of lists.entries()) {
      const expected = bruteForce(probes[i]!, searchable).slice(0, 25);
      expect(list.map(({ faceId }) => faceId)).toEqual(expected.map(({ faceId }) => faceId));
      for (const [k, { similarity, cluster: _cluster, ...ids }] of list.entries()) {
        const { similarity: wanted, ...wantedIds } = expected[k]!;
        expect(ids).toEqual(wantedIds);
        expect(Math.abs(similarity - wanted)).toBeLessThan(TOLERANCE);
      }
    }
  });

  it('tells of each face’s cluster what an assignment has to know', async () => {
    const { lists, centroids } = await scope.read(async (r) => ({
      lists: await r.embeddings.nearest(probes, { limit: 25, similarityMin: -1 }),
      centroids: await r.centroids.load(
        clusters.map(({ id }) => id),
        SPACE,
      ),
    }));
    for (const [i, list] of lists.entries()) {
      for (const { clusterId, cluster } of list) {
        const { state, label } = clusters.find(({ id }) => id === clusterId)!;
        const held = centroids.find((one) => one.clusterId === clusterId)!;
        const { centroidSimilarity, ...facts } = cluster;
        expect(facts).toEqual({ state, label, faceCount: held.faceCount });
        expect(Math.abs(centroidSimilarity - held.centroid.similarityTo(probes[i]!))).toBeLessThan(TOLERANCE);
      }
    }
  });

  it('equal similarities go to the lower face id', async () => {
    const [list] = await scope.read(({ embeddings }) =>
      embeddings.nearest([stored[21]!.embedding], { limit: 2, similarityMin: 0 }),
    );
    expect(list!.map(({ faceId }) => faceId)).toEqual([stored[21]!.face.id, stored[22]!.face.id].sort());
    expect(list![0]!.similarity).toBe(list![1]!.similarity);
    expect(list![0]!.similarity).toBeCloseTo(1, 3);
  });

  it('leaves out what is below the least similarity, and the faces that it is told to', async () => {
    const [all] = await scope.read(({ embeddings }) =>
      embeddings.nearest([probes[0]!], { limit: FACES, similarityMin: -1 }),
    );
    expect(all).toHaveLength(searchable.length);
    const similarityMin = all![5]!.similarity;
    const excludeFaceIds = [all![0]!.faceId, all![2]!.faceId];
    const [some] = await scope.read(({ embeddings }) =>
      embeddings.nearest([probes[0]!], { limit: FACES, similarityMin, excludeFaceIds }),
    );
    expect(some).toEqual([1, 3, 4, 5].map((i) => all![i]));
  });

  it('never compares two spaces', async () => {
    const probe = Embedding.fromRaw('pack-b', probes[0]!.values);
    const [list] = await scope.read(({ embeddings }) =>
      embeddings.nearest([probe], { limit: FACES, similarityMin: -1 }),
    );
    const inB = elsewhere.filter(({ face }) => searchable.some((one) => one.face.id === face.id));
    expect(list!.map(({ faceId }) => faceId)).toEqual(bruteForce(probe, inB).map(({ faceId }) => faceId));
    const unknown = Embedding.fromRaw('pack-c', probes[0]!.values);
    expect(
      await scope.read(({ embeddings }) => embeddings.nearest([unknown], { limit: 5, similarityMin: -1 })),
    ).toEqual([[]]);
    await expect(
      scope.read(({ embeddings }) => embeddings.nearest([probe, unknown], { limit: 5, similarityMin: -1 })),
    ).rejects.toThrow(RangeError);
    expect(
      await scope.read(({ embeddings }) => embeddings.similarities([unknown], [stored[0]!.face.id])),
    ).toEqual([[]]);
  });

  it('finds nothing in an empty gallery, and answers nothing to no probe', async () => {
    const empty = db.tenants.forTenant('empty');
    expect(
      await empty.read(({ embeddings }) => embeddings.nearest(probes, { limit: 5, similarityMin: -1 })),
    ).toEqual([[], [], [], []]);
    expect(
      await empty.read(({ embeddings }) => embeddings.nearest([], { limit: 5, similarityMin: -1 })),
    ).toEqual([]);
    expect(await empty.read(({ embeddings }) => embeddings.similarities([], []))).toEqual([]);
  });

  it('compares probes and stored faces with given faces', async () => {
    const asked = [stored[4]!, stored[9]!, stored[13]!];
    const ids = asked.map(({ face }) => face.id);
    const [first, second] = await scope.read(({ embeddings }) =>
      embeddings.similarities([probes[0]!, probes[1]!], [...ids].reverse()),
    );
    const expected = (probe: Embedding) =>
      asked.map(({ embedding }) => dot(halves(probe), halves(embedding)));
    for (const [list, probe] of [
      [first, probes[0]],
      [second, probes[1]],
    ] as const) {
      expect(list!.map(({ faceId }) => faceId)).toEqual(ids);
      expected(probe!).forEach((value, i) =>
        expect(Math.abs(list![i]!.similarity - value)).toBeLessThan(TOLERANCE),
      );
    }
  });

  it('loads embeddings as they were rounded for storage', async () => {
    const ids = [stored[3]!, stored[0]!].map(({ face }) => face.id);
    const loaded = await scope.read(({ embeddings }) => embeddings.load([...ids, newId()], SPACE));
    expect(loaded.map(({ faceId }) => faceId)).toEqual([...ids].sort());
    const zero = loaded.find(({ faceId }) => faceId === stored[0]!.face.id)!.embedding;
    expect(zero.space).toBe(SPACE);
    const rounded = Embedding.fromRaw(SPACE, halves(stored[0]!.embedding));
    rounded.values.forEach((value, i) => expect(zero.values[i]).toBeCloseTo(value, 6));
  });

  it('a recomputed centroid is the mean of the active faces, and adding one by one comes to the same', async () => {
    const [grown, made] = [clusters[0]!.id, clusters[2]!.id];
    await scope.transaction(({ centroids }) => centroids.recompute(clusters.map(({ id }) => id)));
    const members = (id: string): Embedding[] =>
      stored
        .filter(({ face }) => face.clusterId === id && face.state === 'active')
        .map(({ embedding }) => embedding);
    const mean = (embeddings: readonly Embedding[]): Embedding => {
      const rows = embeddings.map(halves);
      return Embedding.fromRaw(
        SPACE,
        Array.from({ length: 512 }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0)),
      );
    };
    const loaded = await scope.read(({ centroids }) => centroids.load([made, grown], SPACE));
    expect(loaded.map(({ clusterId }) => clusterId)).toEqual([grown, made].sort());
    for (const { clusterId, centroid, faceCount } of loaded) {
      expect(faceCount).toBe(members(clusterId).length);
      mean(members(clusterId)).values.forEach((value, i) => expect(centroid.values[i]).toBeCloseTo(value, 6));
    }
    const fresh = clusterRow();
    const moved = members(grown).map(() => faceRow(image.id, { clusterId: fresh.id }));
    await scope.transaction(async ({ clusters: repository, faces, embeddings, centroids }) => {
      await repository.insertMany([fresh]);
      await faces.insertMany(moved);
      await embeddings.insertMany(moved.map(({ id }, i) => ({ faceId: id, embedding: members(grown)[i]! })));
      // One by one and two at a time: a sum does not depend on it.
      await centroids.addStored([moved[0]!.id]);
      await centroids.addStored(moved.slice(1).map(({ id }) => id));
    });
    const [added] = await scope.read(({ centroids }) => centroids.load([fresh.id], SPACE));
    const [summed] = loaded.filter(({ clusterId }) => clusterId === grown);
    expect(added!.faceCount).toBe(summed!.faceCount);
    added!.centroid.values.forEach((value, i) => expect(value).toBeCloseTo(summed!.centroid.values[i]!, 6));
    // Nobody is in it: recomputed, it has no centroid.
    await scope.transaction(async ({ faces, centroids }) => {
      await faces.delete(moved.map(({ id }) => id));
      await centroids.recompute([fresh.id]);
    });
    expect(await scope.read(({ centroids }) => centroids.load([fresh.id], SPACE))).toEqual([]);
  });

  it('compares probes with centroids, and ranks clusters that are not merged', async () => {
    await scope.transaction(({ centroids }) => centroids.recompute(clusters.map(({ id }) => id)));
    const ids = clusters.map(({ id }) => id);
    const held = await scope.read(({ centroids }) => centroids.load(ids, SPACE));
    const all = await scope.read(({ centroids }) => centroids.similarities(probes, ids));
    for (const [p, list] of all.entries()) {
      expect(list.map(({ clusterId }) => clusterId)).toEqual([...ids].sort());
      list.forEach(({ similarity }, i) =>
        expect(Math.abs(similarity - held[i]!.centroid.similarityTo(probes[p]!))).toBeLessThan(TOLERANCE),
      );
    }
    const near = await scope.read(({ centroids }) =>
      centroids.nearest(probes, { limit: 3, similarityMin: -1, ownClusterIds: probes.map(() => ids[4]!) }),
    );
    for (const [p, list] of near.entries()) {
      const expected = [...all[p]!]
        .filter(({ clusterId }) => clusterId !== ids[4] && clusterId !== ids.at(-1))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, 3);
      expect(list).toEqual(expected);
      expect(list[0]!.clusterId).toBe(ids[p]);
    }
    const strict = await scope.read(({ centroids }) =>
      centroids.nearest([probes[0]!], { limit: 9, similarityMin: 0.5 }),
    );
    expect(strict[0]!.map(({ clusterId }) => clusterId)).toEqual([ids[0]]);
    const other = Embedding.fromRaw('pack-c', probes[0]!.values);
    expect(
      await scope.read(({ centroids }) => centroids.nearest([other], { limit: 9, similarityMin: -1 })),
    ).toEqual([[]]);
  });

  it('erases vectors for good and keeps the faces', async () => {
    const { face } = stored[0]!;
    expect(await scope.transaction(({ embeddings }) => embeddings.deleteByFaceIds([face.id]))).toBe(2);
    expect(await scope.read(({ embeddings }) => embeddings.load([face.id], SPACE))).toEqual([]);
    expect(await scope.read(({ faces }) => faces.find(face.id))).toEqual(face);
  });
});
