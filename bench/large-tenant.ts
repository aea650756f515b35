// A tenant of 100,000 faces with everything that a tenant can have, made by the database out of one real photo's rows, and a file
// for each image. The embeddings are random directions of the compact pack's width: an index is built over them as over real ones.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { compiled, repositoryRoot } from './repository.js';

/** A small original, bytes. */
const FILE_BYTES = 4096;
/** Values of the compact pack's embeddings; the rest of the column is zeros. */
const WIDTH = 128;
const COLUMN_WIDTH = 512;

const each = (count: number): string => `generate_series(1, ${count}) AS n`;
/** Rows like the one there is, but for what `changes` (SQL, a jsonb) says. */
const like = (table: string, changes: string, from: string): string =>
  `INSERT INTO ${table} SELECT (copy).* FROM (
     SELECT jsonb_populate_record(one.r, ${changes}) AS copy
     FROM (SELECT r FROM ${table} r WHERE tenant_id = $1 LIMIT 1) one, ${from}) made`;
const ID = `'id', gen_random_uuid()`;
/** The n-th of a temporary list of ids, again from the start after its end. */
const nth = (list: string, count: number): string => `JOIN ${list} ON ${list}.place = n % ${count}`;

interface Size {
  readonly faces: number;
  readonly images: number;
  readonly clusters: number;
  /** Operations, constraints, questions, jobs and kept answers, each. */
  readonly others: number;
}

const statementsFor = (size: Size): string[] => [
  like(
    'images',
    `jsonb_build_object(${ID}, 'sha256', md5(n::text) || md5((-n)::text))`,
    each(size.images - 1),
  ),
  like(
    'clusters',
    `jsonb_build_object(${ID}, 'cover_face_id', NULL, 'label', 'Person ' || n)`,
    each(size.clusters),
  ),
  like('operations', `jsonb_build_object(${ID})`, each(size.others)),
  ...['images', 'clusters', 'operations'].map(
    (table) => `CREATE TEMPORARY TABLE the_${table} AS
      SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM ${table} WHERE tenant_id = $1`,
  ),
  like(
    'faces',
    `jsonb_build_object(${ID}, 'image_id', the_images.id, 'cluster_id', the_clusters.id, 'state', 'active')`,
    `${each(size.faces)} ${nth('the_images', size.images)} ${nth('the_clusters', size.clusters)}`,
  ),
  `CREATE TEMPORARY TABLE the_faces AS
     SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM faces WHERE tenant_id = $1`,
  `INSERT INTO face_embeddings (tenant_id, face_id, space, embedding)
     SELECT $1, f.id, (SELECT space FROM face_embeddings WHERE tenant_id = $1 LIMIT 1),
       l2_normalize((ARRAY(SELECT (random() - .5)::real FROM generate_series(1, ${WIDTH}) WHERE f.place >= 0)
         || array_fill(0::real, ARRAY[${COLUMN_WIDTH - WIDTH}]))::vector)::halfvec
     FROM the_faces f WHERE NOT EXISTS (SELECT 1 FROM face_embeddings e WHERE e.tenant_id = $1 AND e.face_id = f.id)`,
  `INSERT INTO cluster_centroids (tenant_id, cluster_id, space, sum, face_count)
     SELECT f.tenant_id, f.cluster_id, e.space, sum(e.embedding::vector), count(*)
     FROM faces f JOIN face_embeddings e ON e.tenant_id = f.tenant_id AND e.face_id = f.id
     WHERE f.tenant_id = $1 AND f.cluster_id IS NOT NULL GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING`,
  `INSERT INTO operation_subjects (tenant_id, kind, subject_id, operation_id)
     SELECT $1, 'face', f.id, o.id FROM the_faces f JOIN the_operations o ON o.place = f.place % ${size.others}`,
  `INSERT INTO constraints (tenant_id, id, kind, face_a, face_b, source, actor, operation_id, created_at)
     SELECT $1, gen_random_uuid(), 'must_link', least(a.id, b.id), greatest(a.id, b.id), 'human', 'h', o.id, now()
     FROM the_faces a JOIN the_faces b ON b.place = a.place + ${size.clusters}
     JOIN the_operations o ON o.place = a.place WHERE a.place < ${size.others}`,
  like(
    'review_items',
    `jsonb_build_object(${ID}, 'number', 0, 'subject_key', 'made:' || the_clusters.id, 'cluster_id', the_clusters.id)`,
    `${each(size.others)} ${nth('the_clusters', size.clusters)}`,
  ),
  like('jobs', `jsonb_build_object(${ID}, 'state', 'succeeded')`, each(size.others)),
  like(
    'idempotency_keys',
    `jsonb_build_object('key_hash', md5(n::text) || md5((-n)::text))`,
    each(size.others),
  ),
  'VACUUM ANALYZE',
];

/**
 * Fills a tenant that has one photo with a face, one job and one kept answer, and builds its vector index.
 * @param faces Count; images are a 25th, clusters and everything else a 20th of it.
 * @param blobs Folder of the kept files.
 */
export async function fillLargeTenant(
  tenantId: string,
  faces: number,
  databaseUrl: string,
  blobs: string,
): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const size = { faces, images: faces / 25, clusters: faces / 20, others: faces / 20 };
    for (const statement of statementsFor(size)) {
      const sql = statement.replaceAll('$1', client.escapeLiteral(tenantId));
      await client.query(sql).catch((error: Error) => {
        throw new Error(`${error.message} in: ${sql}`);
      });
    }
    const { rows } = await client.query<{ id: string }>('SELECT id FROM images WHERE tenant_id = $1', [
      tenantId,
    ]);
    await writeFiles(tenantId, rows, blobs);
    const spaces = await client.query<{ space: string }>(
      'SELECT DISTINCT space FROM face_embeddings WHERE tenant_id = $1',
      [tenantId],
    );
    await buildIndex(tenantId, spaces.rows[0]!.space, databaseUrl);
  } finally {
    await client.end();
  }
}

async function writeFiles(
  tenantId: string,
  images: readonly { readonly id: string }[],
  blobs: string,
): Promise<void> {
  const { imageBlobKey } = await compiled<typeof import('../src/storage/blob-key.js')>('storage/blob-key.js');
  for (const { id } of images) {
    const path = join(blobs, imageBlobKey(tenantId, id));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, randomBytes(FILE_BYTES));
  }
}

/** With the service's own builder: below a certain growth the service would order it itself. */
async function buildIndex(tenantId: string, space: string, url: string): Promise<void> {
  const { Database } = await compiled<typeof import('../src/database/database.js')>('database/database.js');
  const { VectorIndexes } = await compiled<typeof import('../src/database/vectors/vector-indexes.js')>(
    'database/vectors/vector-indexes.js',
  );
  const database = await Database.open({ url, poolSize: 2 }, '', join(repositoryRoot, 'prisma/migrations'));
  try {
    if (!(await new VectorIndexes(database).build(tenantId, space)))
      throw new Error('another build is under way');
  } finally {
    await database.close();
  }
}
