// npm run bench:people: how the people page opens and scrolls with 10,000 faces in 1,500 clusters. Real pictures, durable PostgreSQL,
// headless Chromium (KINDRED_TEST_CHROMIUM names another one).
import { link, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { chromium, type Page } from 'playwright-core';
import { ADMIN_TOKEN, startService } from './contenders/kindred-service.js';
import { DurablePostgres } from './durable-postgres.js';
import { compiled, repositoryRoot, samplePhotos } from './repository.js';

const TENANT = 'gallery';
const IMAGES = 2500;
const FACES = 10_000;
const CLUSTERS = 1500;
/** These run in the page. */
const COVERS_ARE_DRAWN = `(() => {
  const covers = [...document.querySelectorAll('.person .crop')].filter(
    (cover) => cover.getBoundingClientRect().top < innerHeight,
  );
  return covers.length > 12 && covers.every((cover) => cover.querySelector('img')?.complete);
})()`;
/** Ten seconds, 120 px a frame. */
const SCROLL = `new Promise((done) => {
  const grid = document.querySelector('.cover-grid');
  const frames = [];
  const began = performance.now();
  const frame = () => {
    const second = Math.floor((performance.now() - began) / 1000);
    if (second >= 10) return done(frames);
    frames[second] = (frames[second] ?? 0) + 1;
    grid.scrollTop += 120;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** Copies of one photo's row and of its faces' rows: every picture can be cut out, and no two images are the same. */
const COPIES = [
  `INSERT INTO images SELECT (copy).* FROM (
     SELECT jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(),
       'sha256', md5(n::text) || md5((-n)::text))) AS copy
     FROM images i, generate_series(1, ${IMAGES - 1}) AS n) AS made`,
  `CREATE TEMPORARY TABLE first AS SELECT f.*, row_number() OVER (ORDER BY f.id) - 1 AS place FROM faces f`,
  `INSERT INTO clusters SELECT (copy).* FROM (
     SELECT jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'cover_face_id', NULL,
       'label', CASE WHEN n % 3 = 0 THEN 'Person ' || n END)) AS copy
     FROM clusters c, generate_series(1, ${CLUSTERS}) AS n
     WHERE c.id = (SELECT min(id::text)::uuid FROM clusters)) AS made`,
  // The first clusters hold most: face n goes to the cluster of rank (n / all)² of all.
  `INSERT INTO faces SELECT (copy).* FROM (
     SELECT jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid(), 'image_id', i.id,
       'cluster_id', c.id, 'quality', random(), 'state', 'active')) AS copy
     FROM generate_series(0, ${FACES} - 1) AS n
     JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM images) i ON i.at = n % ${IMAGES}
     JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM clusters) c
       ON c.at = CASE WHEN n < ${CLUSTERS} THEN n ELSE floor(${CLUSTERS} * power(n::float8 / ${FACES}, 3)) END
     JOIN faces f ON f.id = (SELECT id FROM first WHERE place = n % (SELECT count(*) FROM first))
   ) AS made`,
  'ANALYZE',
];

async function fill(url: string, dataDir: string, postgresUrl: string): Promise<void> {
  const form = new FormData();
  form.append('image', new Blob([await readFile(samplePhotos[0]!)]), 'photo.jpg');
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const sent = await fetch(`${url}/v1/tenants/${TENANT}/images`, { method: 'POST', headers, body: form });
  if (sent.status !== 201) throw new Error(`the photo: ${sent.status} ${await sent.text()}`);
  const first = (await sent.json()) as { id: string };
  const client = new pg.Client(postgresUrl);
  await client.connect();
  try {
    for (const statement of COPIES) await client.query(statement);
    const { rows } = await client.query<{ id: string }>('SELECT id FROM images');
    const { imageBlobKey } =
      await compiled<typeof import('../src/storage/blob-key.js')>('storage/blob-key.js');
    const fileOf = (id: string): string => join(dataDir, 'blobs', 'kept', imageBlobKey(TENANT, id));
    for (const { id } of rows.filter((row) => row.id !== first.id)) {
      await mkdir(dirname(fileOf(id)), { recursive: true });
      await link(fileOf(first.id), fileOf(id));
    }
  } finally {
    await client.end();
  }
}

/** Milliseconds until the first screen of covers is drawn, from the press of the button that signs in. */
async function open(page: Page, url: string): Promise<number> {
  await page.goto(`${url}/review/people`);
  await page.getByLabel('API key').fill(ADMIN_TOKEN);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const choice = page.getByRole('option', { name: TENANT });
  const began = await choice
    .or(page.locator('.cover-grid'))
    .first()
    .waitFor()
    .then(() => performance.now());
  if (await choice.isVisible()) await choice.click();
  await page.waitForFunction(COVERS_ARE_DRAWN);
  return performance.now() - began;
}

/** Frames that were drawn each second while the grid was scrolled, as the page counted them. */
const scroll = (page: Page): Promise<number[]> => page.evaluate(SCROLL);

async function main(): Promise<void> {
  const postgres = await DurablePostgres.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'kindred-people-'));
  try {
    const { program, url } = await startService({
      modelsDir: join(repositoryRoot, 'onnx-models'),
      pack: 'compact',
      databaseUrl: postgres.url,
      dataDir,
      tenants: [TENANT],
    });
    await fill(url, dataDir, postgres.url);
    const executablePath = process.env['KINDRED_TEST_CHROMIUM'] ?? '/usr/bin/chromium';
    const browser = await chromium.launch({ executablePath, args: FLAGS });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
    console.log(`people page, first screen of covers drawn: ${Math.round(await open(page, url))} ms`);
    console.log(`frames in each second of scrolling: ${(await scroll(page)).join(' ')}`);
    await browser.close();
    await program.stop();
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
