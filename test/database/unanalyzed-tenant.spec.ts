// A tenant that PostgreSQL knows nothing of yet: what is compared with all its faces reads them a few times, not once for each other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CentroidRepository } from '../../src/database/repositories/centroid-repository.js';
import { EmbeddingRepository } from '../../src/database/repositories/embedding-repository.js';
import { GalleryRepository } from '../../src/database/repositories/gallery-repository.js';
import { LinkRepository } from '../../src/database/repositories/link-repository.js';
import type { Transaction } from '../../src/database/transaction-client.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clusterRow, faceRow, imageRow, randomEmbedding, randomNumbers, SPACE } from './rows.js';

const PEOPLE = 60;
const FACES_EACH = 5;
const FACES = PEOPLE * FACES_EACH;
const TABLES = ['faces', 'face_embeddings', 'clusters', 'cluster_centroids'];
const TENANT = 'just-come';

/** By this session so far. */
async function rowsRead(tx: Transaction): Promise<number> {
  const [row] = await tx.$queryRaw<[{ count: number }]>`
    SELECT coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)::int AS count
    FROM pg_stat_xact_user_tables WHERE relname = ANY (${TABLES})`;
  return row.count;
}

describe.each(bothDatabases)('a tenant that was never analyzed, on $name', ({ open }) => {
  const next = randomNumbers(11);
  const probes = [randomEmbedding(next), randomEmbedding(next), randomEmbedding(next)];
  let db: TestDatabase;
  let someFaces: string[];

  beforeAll(async () => {
    db = await open();
    // PostgreSQL would come to know the tenant within a minute.
    const admin = await db.connect();
    for (const table of TABLES) await admin.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
    await db.addTenant(TENANT);
    await db.tenants.forTenant(TENANT).transaction(async (r) => {
      const image = imageRow();
      const clusters = Array.from({ length: PEOPLE }, () => clusterRow());
      const faces = clusters.flatMap(({ id }) =>
        Array.from({ length: FACES_EACH }, () => faceRow(image.id, { clusterId: id })),
      );
      await r.images.insert(image);
      await r.clusters.insertMany(clusters);
      await r.faces.insertMany(faces);
      await r.embeddings.insertMany(
        faces.map(({ id }) => ({ faceId: id, embedding: randomEmbedding(next) })),
      );
      await r.centroids.recompute(clusters.map(({ id }) => id));
      someFaces = faces.slice(0, probes.length).map(({ id }) => id);
    });
  });
  afterAll(() => db.close());

  const searches: { what: string; search: (tx: Transaction) => Promise<unknown> }[] = [
    {
      what: 'the nearest faces',
      search: (tx) => new EmbeddingRepository(tx, TENANT).nearest(probes, { limit: 64, similarityMin: -1 }),
    },
    {
      what: 'the nearest clusters',
      search: (tx) => new CentroidRepository(tx, TENANT).nearest(probes, { limit: 5, similarityMin: -1 }),
    },
    {
      what: 'the nearest links',
      search: (tx) =>
        new LinkRepository(tx, TENANT).nearest(someFaces, SPACE, {
          limit: 64,
          similarityMin: -1,
          outsideCluster: null,
        }),
    },
    {
      what: 'the faces of the map',
      search: (tx) => new GalleryRepository(tx, TENANT).sample(SPACE, 1000, 0.9),
    },
  ];

  it.each(searches)('$what', async ({ search }) => {
    const read = await db.database.units.run(
      { role: 'kindred_tenant', tenantId: TENANT, access: 'read' },
      async (tx) => {
        const before = await rowsRead(tx);
        expect(await search(tx)).toBeTruthy();
        return (await rowsRead(tx)) - before;
      },
    );
    expect(read).toBeGreaterThanOrEqual(PEOPLE);
    // Each table once for each probe, and each face by its key.
    expect(read).toBeLessThan((TABLES.length + 1) * FACES * probes.length);
  });

  it('other statements of the transaction may be joined by loops again', async () => {
    const shown = await db.database.units.run(
      { role: 'kindred_tenant', tenantId: TENANT, access: 'read' },
      async (tx) => {
        await searches[0]!.search(tx);
        return tx.$queryRaw`SELECT current_setting('enable_nestloop') AS shown`;
      },
    );
    expect(shown).toEqual([{ shown: 'on' }]);
  });
});
