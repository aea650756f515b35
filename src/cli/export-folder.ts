// `kindred export`: writes a tenant, or a person, into a folder. What was broken off goes on where it stopped.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndLine, ImageLine } from '../domain/transfer/export-line.js';
import { exportLines, stateOfExport } from './export-file.js';
import { ApiError, type KindredClient } from './kindred-client.js';

export const EXPORT_FILE = 'kindred.jsonl';
/** Ids of photos that have lines but were erased before their originals came. */
const ERASED_FILE = 'erased.json';
const ORIGINALS = 'originals';
const CROPS = 'crops';

export interface ExportOptions {
  readonly tenant: string;
  readonly to: string;
  readonly person?: string | undefined;
  readonly embeddings: boolean;
  readonly originals: boolean;
  /** Of a person: also photos that show others. */
  readonly sharedOriginals: boolean;
}

export interface Exported {
  readonly end: EndLine;
  readonly originals: number;
  readonly crops: number;
  /** Photos and crops of faces that were erased since their lines were written. */
  readonly erased: number;
  /** That are there and cannot be had. */
  readonly missing: number;
}

/** Times that a broken connection is taken up again in one run, and the pause before, ms. */
const ATTEMPTS_MAX = 5;
const PAUSE_MS = 1000;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/tiff': 'tiff',
  'image/heic': 'heic',
};

/** Where the original of a photo lies in the folder of its export. */
export const originalPath = (folder: string, { sha256, content_type }: ImageLine): string =>
  join(folder, ORIGINALS, `${sha256}.${EXTENSIONS[content_type] ?? 'bin'}`);

export async function exportFolder(client: KindredClient, options: ExportOptions): Promise<Exported> {
  await mkdir(options.to, { recursive: true, mode: 0o700 });
  const file = join(options.to, EXPORT_FILE);
  const end = await writeLines(client, options, file);
  if (!options.originals) return { end, originals: 0, crops: 0, erased: 0, missing: 0 };
  return { end, ...(await writeOriginals(client, options, file)) };
}

async function writeLines(client: KindredClient, options: ExportOptions, file: string): Promise<EndLine> {
  const part = `${file}.part`;
  const done = await stateOfExport(file);
  if (done.end !== undefined) {
    checkSame(done, options);
    return done.end;
  }
  for (let attempt = 1; ; attempt++) {
    const state = await stateOfExport(part);
    checkSame(state, options);
    if (state.end !== undefined) {
      await rename(part, file);
      return state.end;
    }
    if (attempt > ATTEMPTS_MAX) throw new Error('the connection breaks again and again; run it once more');
    if (attempt > 1) await sleep(PAUSE_MS);
    if (state.checkpoint === undefined) await rm(part, { force: true });
    else await truncate(part, state.checkpoint.at);
    try {
      const lines = await client.download(exportPath(options, state.checkpoint?.cursor));
      await pipeline(Readable.fromWeb(lines), createWriteStream(part, { flags: 'a', mode: 0o600 }));
    } catch (error) {
      // A refusal stays one; a broken connection is taken up again.
      if (error instanceof ApiError) throw error;
    }
  }
}

function exportPath({ tenant, person, embeddings }: ExportOptions, cursor: string | undefined): string {
  const query = new URLSearchParams({
    ...(embeddings ? { embeddings: 'true' } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  }).toString();
  const what = person === undefined ? 'export' : `clusters/${encodeURIComponent(person)}/export`;
  return `/v1/tenants/${encodeURIComponent(tenant)}/${what}${query && `?${query}`}`;
}

function checkSame(
  { header }: Awaited<ReturnType<typeof stateOfExport>>,
  { tenant, person, embeddings, to }: ExportOptions,
): void {
  if (header === undefined) return;
  const same =
    header.tenant_id === tenant && header.person_id === (person ?? null) && header.embeddings === embeddings;
  if (!same) throw new Error(`another export lies in ${to}`);
}

async function writeOriginals(
  client: KindredClient,
  options: ExportOptions,
  file: string,
): Promise<Omit<Exported, 'end'>> {
  for (const folder of [ORIGINALS, CROPS])
    await mkdir(join(options.to, folder), { recursive: true, mode: 0o700 });
  const written = { originals: 0, crops: 0, erased: 0, missing: 0 };
  const erased: string[] = [];
  const tenant = `/v1/tenants/${encodeURIComponent(options.tenant)}`;
  let cropped = false;
  for await (const { line } of exportLines(file)) {
    if (line.type === 'image') {
      // The photo shows others, too: without their leave, only what the person itself looks like.
      cropped = line.shared === true && !options.sharedOriginals;
      if (cropped) continue;
      const path = originalPath(options.to, line);
      const there = (await sha256Of(path)) === line.sha256;
      const came = there
        ? 'written'
        : await fetchFile(client, `${tenant}/images/${line.id}/original`, path, line.sha256);
      written[came === 'written' ? 'originals' : came]++;
      if (came === 'erased') erased.push(line.id);
    }
    if (line.type === 'face' && cropped && line.state !== 'dismissed') {
      const path = join(options.to, CROPS, `${line.id}.jpg`);
      const came = await fetchFile(client, `${tenant}/faces/${line.id}/crop`, path);
      written[came === 'written' ? 'crops' : came]++;
    }
  }
  const note = join(options.to, ERASED_FILE);
  if (erased.length > 0) await replaceFile(note, JSON.stringify({ images: erased }));
  else await rm(note, { force: true });
  return written;
}

/** Ids of the photos that an export found erased when it fetched their originals. */
export async function erasedMeanwhile(folder: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(folder, ERASED_FILE), 'utf8').catch(() => '{ "images": [] }');
  return new Set((JSON.parse(text) as { images: string[] }).images);
}

/** @throws Error when its hash is another. */
async function fetchFile(
  client: KindredClient,
  url: string,
  path: string,
  sha256?: string,
): Promise<'written' | 'erased' | 'missing'> {
  let body: ReadableStream<Uint8Array>;
  try {
    body = await client.download(url);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 'image.not_found' || error.code === 'face.not_found') return 'erased';
    if (error.status === 404 && error.code !== 'tenant.not_found') return 'missing';
    throw error;
  }
  const part = `${path}.part`;
  await pipeline(Readable.fromWeb(body), createWriteStream(part, { mode: 0o600 }));
  if (sha256 !== undefined && (await sha256Of(part)) !== sha256) {
    await rm(part, { force: true });
    throw new Error(`${url} answered other bytes than those of the export; run it once more`);
  }
  await rename(part, path);
  return 'written';
}

/** Undefined when there is no such file. */
export async function sha256Of(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}

/** Replaces a small file as a whole. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text, { mode: 0o600 });
  await rename(`${path}.part`, path);
}
