// A large tenant's own approximate index: built while the tenant is used, taken by the search, seen by nobody else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import type { Embedding } from '../../src/domain/face/embedding.js';
import { CentroidRepository } from '../../src/database/repositories/centroid-repository.js';
import { EmbeddingRepository } from '../../src/database/repositories/embedding-repository.js';
import { LinkRepository } from '../../src/database/repositories/link-repository.js';
import type { Transaction } from '../../src/database/transaction-client.js';
import { vectorIndexStep } from '../../src/database/vectors/vector-index-policy.js';
import { VectorIndexes } from '../../src/database/vectors/vector-indexes.js';
import { openEmbedded, openPostgres, type TestDatabase } from '../harness/database.js';
import { dot, halves, clusterRow, faceRow, imageRow, randomEmbedding, randomNumbers, SPACE } from './rows.js';
import type pg from 'pg';

const policy = { promoteAt: 20_000, demoteBelow: 10_000, indexesMax: 300 };

describe('when an index is built or dropped', () => {
  it.each([
    { embeddings: 19_999, indexed: false, indexes: 0, step: 'none' },
    { embeddings: 20_000, indexed: false, indexes: 0, step: 'build' },
    { embeddings: 20_000, indexed: false, indexes: 300, step: 'none' },
    { embeddings: 20_000, indexed: true, indexes: 1, step: 'none' },
    { embeddings: 10_000, indexed: true, indexes: 1, step: 'none' },
    { embeddings: 9_999, indexed: true, indexes: 1, step: 'drop' },
    { embeddings: 0, indexed: false, indexes: 0, step: 'none' },
  ])('$embeddings faces, indexed $indexed, $indexes indexes: $step', ({ step, ...given }) => {
    expect(vectorIndexStep(given.embeddings, given.indexed, given.indexes, policy)).toBe(step);
  });
});

describe('an index of a tenant on PostgreSQL', () => {
  const PEOPLE = 300;
  const FACES_EACH = 10;
  /** People stored in one transaction. */
  const PORTION = 30;
  const next = randomNumbers(31);
  let db: TestDatabase;
  let indexes: VectorIndexes;
  let admin: pg.Client;
  const stored: { id: string; embedding: Embedding }[] = [];
  /** Ids of the faces that came later: while the index was built, as many as it gave time for, and after. */
  const arrived: string[] = [];

  /** People as far apart as chance makes them, ten faces each. In portions: a transaction has 30 s on any machine. */
  async function fill(tenantId: string, people: number): Promise<typeof stored> {
    const filled: typeof stored = [];
    for (let left = people; left > 0; left -= PORTION)
      filled.push(...(await fillPortion(tenantId, Math.min(left, PORTION))));
    return filled;
  }

  async function fillPortion(tenantId: string, people: number): Promise<typeof stored> {
    const image = imageRow();
    const clusters = Array.from({ length: people }, () => clusterRow());
    const faces = clusters.flatMap((cluster) => {
      const centre = randomEmbedding(next);
      return Array.from({ length: FACES_EACH }, () => ({
        row: faceRow(image.id, { clusterId: cluster.id }),
        embedding: randomEmbedding(next, SPACE, centre),
      }));
    });
    await db.tenants.forTenant(tenantId).transaction(async (r) => {
      await r.images.insert(image);
      await r.clusters.insertMany(clusters);
      await r.faces.insertMany(faces.map(({ row }) => row));
      await r.embeddings.insertMany(faces.map(({ row, embedding }) => ({ faceId: row.id, embedding })));
      await r.centroids.recompute(clusters.map(({ id }) => id));
    });
    return faces.map(({ row, embedding }) => ({ id: row.id, embedding }));
  }

  /** People who look different at times: two clusters each, of which either resembles the other more than anybody. */
  async function twoLooksEach(tenantId: string, people: number): Promise<[string, string][]> {
    const image = imageRow();
    const pairs = Array.from({ length: people }, () => {
      const person = randomEmbedding(next);
      return [clusterRow(), clusterRow()].map((cluster) => {
        const look = randomEmbedding(next, SPACE, person);
        const faces = Array.from({ length: FACES_EACH }, () => ({
          row: faceRow(image.id, { clusterId: cluster.id }),
          embedding: randomEmbedding(next, SPACE, look),
        }));
        return { cluster, faces };
      });
    });
    const clusters = pairs.flat().map(({ cluster }) => cluster);
    const faces = pairs.flat().flatMap((one) => one.faces);
    await db.tenants.forTenant(tenantId).transaction(async (r) => {
      await r.images.insert(image);
      await r.clusters.insertMany(clusters);
      await r.faces.insertMany(faces.map(({ row }) => row));
      await r.embeddings.insertMany(faces.map(({ row, embedding }) => ({ faceId: row.id, embedding })));
      await r.centroids.recompute(clusters.map(({ id }) => id));
    });
    arrived.push(...faces.map(({ row }) => row.id));
    return pairs.map(([one, other]) => [one!.cluster.id, other!.cluster.id]);
  }

  const scans = async (): Promise<number> => {
    // A session tells its counts when it ends its transaction, at most once a second.
    await admin.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await admin.query<{ scans: string }>(
      `SELECT COALESCE(sum(idx_scan), 0) AS scans FROM pg_stat_user_indexes
       WHERE indexrelname LIKE 'face_embeddings_hnsw_%'`,
    );
    return Number(rows[0]!.scans);
  };
  const indexNames = async (): Promise<string[]> => {
    const { rows } = await admin.query<{ name: string }>(
      `SELECT indexrelid::regclass::text AS name FROM pg_index
       WHERE indrelid = 'face_embeddings'::regclass AND indexrelid::regclass::text LIKE '%hnsw%'`,
    );
    return rows.map(({ name }) => name);
  };
  const nearest = (tenantId: string, probe: Embedding) =>
    db.tenants
      .forTenant(tenantId)
      .read(({ embeddings }) => embeddings.nearest([probe], { limit: 10, similarityMin: 0.3 }));

  beforeAll(async () => {
    db = await openPostgres();
    indexes = new VectorIndexes(db.database, { promoteAt: 2000, demoteBelow: 1000, indexesMax: 2 });
    admin = await db.connect();
    for (const id of ['large', 'small', 'other']) await db.addTenant(id);
    await db.system.transaction(({ embeddingSpaces }) =>
      embeddingSpaces.register({
        id: SPACE,
        recogniserSha256: '0'.repeat(64),
        width: 512,
        createdAt: new Date(),
      }),
    );
    stored.push(...(await fill('large', PEOPLE)));
    await fill('small', 20);
  });
  afterAll(() => db.close());

  it('is built while faces are added, is used by the search, and finds who the exact search finds', async () => {
    const rounded = stored.map(({ id, embedding }) => ({ id, values: halves(embedding) }));
    const exact = rounded.slice(0, 100).map(({ values }) => {
      const similar = rounded
        .map((other) => ({ id: other.id, similarity: dot(values, other.values) }))
        .filter(({ similarity }) => similarity >= 0.3)
        .sort((a, b) => b.similarity - a.similarity);
      return similar.slice(0, 10).map(({ id }) => id);
    });
    const scope = db.tenants.forTenant('large');
    expect(
      await indexes.nextStep('large', SPACE, await scope.read((r) => r.embeddings.countUpTo(SPACE, 2000))),
    ).toBe('build');

    let building = true;
    const build = indexes.build('large', SPACE).finally(() => (building = false));
    while (building) arrived.push(...(await fill('large', 1)).map(({ id }) => id));
    expect(await build).toBe(true);
    expect(arrived).not.toEqual([]);
    await admin.query('ANALYZE face_embeddings, faces, clusters, cluster_centroids');

    const before = await scans();
    let found = 0;
    let wanted = 0;
    for (const [i, ids] of exact.entries()) {
      const [list] = await nearest('large', stored[i]!.embedding);
      const got = new Set(list!.map(({ faceId }) => faceId));
      wanted += ids.length;
      found += ids.filter((id) => got.has(id)).length;
    }
    await expect.poll(scans, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + exact.length);
    expect(found / wanted).toBeGreaterThan(0.99);
  });

  it('leads to the clusters that resemble a cluster most, never to the cluster itself', async () => {
    const looks = await twoLooksEach('large', 12);
    const own = looks.map(([id]) => id);
    const probes = await db.tenants.forTenant('large').read(async ({ centroids }) => {
      const held = new Map((await centroids.load(own, SPACE)).map((one) => [one.clusterId, one.centroid]));
      return own.map((id) => held.get(id)!);
    });
    const before = await scans();
    const lists = await db.tenants
      .forTenant('large')
      .read(({ centroids }) =>
        centroids.nearest(probes, { limit: 3, similarityMin: 0.2, ownClusterIds: own }),
      );
    await expect.poll(scans, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + looks.length);
    const exact = await db.tenants.forTenant('large').read(({ centroids }) =>
      centroids.similarities(
        probes,
        looks.map(([, other]) => other),
      ),
    );
    for (const [i, [id, other]] of looks.entries()) {
      expect(lists[i]!.map(({ clusterId }) => clusterId)).not.toContain(id);
      expect(lists[i]![0]).toEqual(exact[i]!.find(({ clusterId }) => clusterId === other));
    }
  });

  it('is searched the more broadly the more faces it holds, within that transaction alone', async () => {
    const breadths = async (search: (tx: Transaction) => Promise<unknown>): Promise<string[]> => {
      const shown = async (tx: Transaction): Promise<string> => {
        const [row] = await tx.$queryRaw<
          [{ shown: string }]
        >`SELECT current_setting('hnsw.ef_search') AS shown`;
        return row.shown;
      };
      return db.database.units.run(
        { role: 'kindred_tenant', tenantId: 'large', access: 'read' },
        async (tx) => {
          const begun = await shown(tx);
          await search(tx);
          return [begun, await shown(tx)];
        },
      );
    };
    const [{ embedding: probe, id }] = stored as [(typeof stored)[number]];
    const searches: ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => new EmbeddingRepository(tx, 'large').nearest([probe], { limit: 10, similarityMin: 0.3 }),
      (tx) =>
        new LinkRepository(tx, 'large').nearest([id], SPACE, {
          limit: 10,
          similarityMin: 0.3,
          outsideCluster: null,
        }),
      (tx) => new CentroidRepository(tx, 'large').nearest([probe], { limit: 3, similarityMin: 0.3 }),
    ];
    const sized = (faces: number) =>
      admin.query(`UPDATE pg_class SET reltuples = $1 WHERE relname LIKE 'face_embeddings_hnsw_%'`, [faces]);
    for (const [faces, breadth] of [
      [20_000, '80'],
      [100_000, '80'],
      [200_000, '106'],
      [1_000_000, '201'],
      [50_000_000, '400'],
    ] as const) {
      await sized(faces);
      for (const search of searches) expect(await breadths(search), String(faces)).toEqual(['80', breadth]);
    }
    const { rows } = await admin
      .query<{ reltuples: number }>(
        `REINDEX TABLE face_embeddings; SELECT reltuples FROM pg_class WHERE relname LIKE 'face_embeddings_hnsw_%'`,
      )
      .then((results) => (results as unknown as pg.QueryResult<{ reltuples: number }>[])[1]!);
    // What PostgreSQL says of an index that it has just built.
    expect(rows[0]!.reltuples).toBe(
      await db.tenants.forTenant('large').read((r) => r.embeddings.countUpTo(SPACE, 1e6)),
    );
  });

  it('is not used for, and never answers with, faces of another tenant', async () => {
    const probe = stored[0]!.embedding;
    const [list] = await nearest('small', probe);
    expect(list!.map(({ faceId }) => faceId)).toEqual([]);
    expect(await indexes.nextStep('small', SPACE, 200)).toBe('none');
  });

  it('replaces what an interrupted build left', async () => {
    await fill('other', 3);
    await indexes.build('other', SPACE);
    const names = await indexNames();
    expect(names).toHaveLength(2);
    // What a crash leaves is an index that is there and not valid.
    await admin.query(
      `UPDATE pg_index SET indisvalid = false WHERE indrelid = 'face_embeddings'::regclass
         AND indexrelid::regclass::text LIKE '%hnsw%' AND pg_get_expr(indpred, indrelid) LIKE '%other%'`,
    );
    expect(await indexes.build('other', SPACE)).toBe(true);
    const { rows } = await admin.query<{ valid: boolean }>(
      `SELECT indisvalid AS valid FROM pg_index
       WHERE indrelid = 'face_embeddings'::regclass AND indexrelid::regclass::text LIKE '%hnsw%'`,
    );
    expect(rows.map(({ valid }) => valid)).toEqual([true, true]);
    // The table may hold no third one.
    await db.addTenant('third');
    expect(await indexes.nextStep('third', SPACE, 2000)).toBe('none');
  });

  it('two that build at once leave one index', async () => {
    await indexes.dropAll('other');
    expect(await indexNames()).toHaveLength(1);
    const outcomes = await Promise.all([1, 2].map(() => indexes.build('other', SPACE)));
    expect(outcomes).toContain(true);
    expect(await indexNames()).toHaveLength(2);
  });

  it('goes when the tenant has become small, and searches are exact again', async () => {
    const scope = db.tenants.forTenant('large');
    const kept = stored.slice(0, 50);
    const gone = [...stored.slice(kept.length).map(({ id }) => id), ...arrived];
    await scope.transaction(({ faces }) => faces.delete(gone));
    const count = await scope.read((r) => r.embeddings.countUpTo(SPACE, 2000));
    expect(count).toBe(kept.length);
    expect(await indexes.nextStep('large', SPACE, count)).toBe('drop');
    expect(await indexes.drop('large', SPACE)).toBe(true);
    expect(await indexNames()).toHaveLength(1);
    const [list] = await nearest('large', kept[7]!.embedding);
    expect(list![0]!.faceId).toBe(kept[7]!.id);
  });

  it('an unknown id is no error', async () => {
    expect(await indexes.drop(uuidv7(), SPACE)).toBe(true);
  });
});

describe('on the embedded database', () => {
  it('no index is ever asked for', async () => {
    const db = await openEmbedded();
    try {
      const indexes = new VectorIndexes(db.database);
      expect(indexes.supported).toBe(false);
      expect(await indexes.nextStep('any', SPACE, 1_000_000)).toBe('none');
    } finally {
      await db.close();
    }
  });
});
