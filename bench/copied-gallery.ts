// A large gallery without the hours that its photos would take: one photo is sent, its rows are copied, its file is linked. Every
// picture can be cut out, and no two images are the same.
import { link, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { ADMIN_TOKEN } from './contenders/kindred-service.js';
import { compiled, samplePhotos } from './repository.js';

export interface GallerySize {
  readonly images: number;
  readonly faces: number;
  readonly clusters: number;
}

export interface Place {
  readonly tenant: string;
  /** Of the running service. */
  readonly url: string;
  readonly dataDir: string;
  readonly postgresUrl: string;
}

const copies = ({ images, faces, clusters }: GallerySize): string[] => [
  `INSERT INTO images SELECT (copy).* FROM (
     SELECT jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(),
       'sha256', md5(n::text) || md5((-n)::text))) AS copy
     FROM images i, generate_series(1, ${images - 1}) AS n) AS made`,
  `CREATE TEMPORARY TABLE first AS SELECT f.*, row_number() OVER (ORDER BY f.id) - 1 AS place FROM faces f`,
  `INSERT INTO clusters SELECT (copy).* FROM (
     SELECT jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'cover_face_id', NULL,
       'label', CASE WHEN n % 3 = 0 THEN 'Person ' || n END)) AS copy
     FROM clusters c, generate_series(1, ${clusters}) AS n
     WHERE c.id = (SELECT min(id::text)::uuid FROM clusters)) AS made`,
  // The first clusters hold most: face n goes to the cluster of rank (n / all)³ of all.
  `INSERT INTO faces SELECT (copy).* FROM (
     SELECT jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid(), 'image_id', i.id,
       'cluster_id', c.id, 'quality', random(), 'state', 'active')) AS copy
     FROM generate_series(0, ${faces} - 1) AS n
     JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM images) i ON i.at = n % ${images}
     JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM clusters) c
       ON c.at = CASE WHEN n < ${clusters} THEN n ELSE floor(${clusters} * power(n::float8 / ${faces}, 3)) END
     JOIN faces f ON f.id = (SELECT id FROM first WHERE place = n % (SELECT count(*) FROM first))
   ) AS made`,
  'ANALYZE',
];

/** @param further Statements that run after the copying, in the same session. */
export async function copyGallery(
  place: Place,
  size: GallerySize,
  further: readonly string[] = [],
): Promise<void> {
  const first = await sendPhoto(place);
  const client = new pg.Client(place.postgresUrl);
  await client.connect();
  try {
    for (const statement of [...copies(size), ...further]) await client.query(statement);
    const { rows } = await client.query<{ id: string }>('SELECT id FROM images');
    await linkFiles(
      place,
      first,
      rows.map(({ id }) => id),
    );
  } finally {
    await client.end();
  }
}

/** @returns The id of the image. */
async function sendPhoto({ url, tenant }: Place): Promise<string> {
  const form = new FormData();
  form.append('image', new Blob([await readFile(samplePhotos[0]!)]), 'photo.jpg');
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const sent = await fetch(`${url}/v1/tenants/${tenant}/images`, { method: 'POST', headers, body: form });
  if (sent.status !== 201) throw new Error(`the photo: ${sent.status} ${await sent.text()}`);
  return ((await sent.json()) as { id: string }).id;
}

async function linkFiles(
  { dataDir, tenant }: Place,
  first: string,
  imageIds: readonly string[],
): Promise<void> {
  const { imageBlobKey } = await compiled<typeof import('../src/storage/blob-key.js')>('storage/blob-key.js');
  const fileOf = (id: string): string => join(dataDir, 'blobs', 'kept', imageBlobKey(tenant, id));
  for (const id of imageIds.filter((one) => one !== first)) {
    await mkdir(dirname(fileOf(id)), { recursive: true });
    await link(fileOf(first), fileOf(id));
  }
}
