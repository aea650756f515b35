// Makes the weights files of the compact pack out of an npm package that is installed anyway.
import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import { COMPACT_FILES, type CompactFile } from './compact-files.js';
import { encodeOnnxModel } from './onnx-schema.js';
import { QuantisedWeights } from './quantised-weights.js';

export const SOURCE_PACKAGE = '@vladmandic/face-api';
/** The release whose weights the pinned hashes belong to. */
export const SOURCE_VERSION = '1.7.15';
export const SOURCE_LICENCE = 'MIT';

export class CompactPackError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CompactPackError';
  }
}

export interface CompactPackResult {
  /** Files that were written. */
  readonly built: readonly string[];
  /** Files that were there with the right bytes. */
  readonly kept: readonly string[];
}

/** SHA-256 (lower-case hex) of every file of the pack, by file name. */
export type PinnedHashes = ReadonlyMap<string, string>;

/**
 * Brings the files of `packDir` (the folder with pack.toml) to the pinned bytes: keeps what is right, writes the rest to a
 * temporary file and renames it, so that a reader never sees half a file. Throws CompactPackError when the source package is
 * missing or of another release, or a file that was made does not have its pinned hash.
 */
export async function buildCompactPack(packDir: string): Promise<CompactPackResult> {
  const pinned = await readPinnedHashes(join(packDir, 'pack.toml'));
  const built: string[] = [];
  const kept: string[] = [];
  for (const file of COMPACT_FILES) {
    const path = join(packDir, file.file);
    const wanted = pinned.get(file.file)!;
    if ((await hashOfFile(path)) === wanted) {
      kept.push(file.file);
      continue;
    }
    const bytes = await encodeCompactFile(file);
    const hash = sha256(bytes);
    if (hash !== wanted) {
      throw new CompactPackError(
        `${file.file} came out as SHA-256 ${hash}, but ${join(packDir, 'pack.toml')} pins ${wanted}: ` +
          `the weights in ${SOURCE_PACKAGE} ${SOURCE_VERSION} or the graph are not those that were measured.`,
      );
    }
    await writeWhole(path, bytes);
    built.push(file.file);
  }
  return { built, kept };
}

/** The bytes of one file, the same on every machine. Throws CompactPackError when the source package is not the pinned one. */
export async function encodeCompactFile(file: CompactFile): Promise<Uint8Array> {
  const weights = await QuantisedWeights.read(join(await sourceFolder(), 'model', file.manifest));
  return encodeOnnxModel(file.graph(weights), {
    source: `npm ${SOURCE_PACKAGE} ${SOURCE_VERSION}, model/${file.manifest}`,
    licence: SOURCE_LICENCE,
  });
}

/** Throws CompactPackError when the file does not pin every file of the pack. */
export async function readPinnedHashes(packToml: string): Promise<PinnedHashes> {
  const document = parse(await readFile(packToml, 'utf8'));
  const hashes = new Map<string, string>();
  for (const { section, file } of COMPACT_FILES) {
    const table = document[section];
    const named = typeof table === 'object' && table !== null && 'file' in table && table['file'] === file;
    const hash = named && 'sha256' in table ? table['sha256'] : undefined;
    if (typeof hash !== 'string')
      throw new CompactPackError(`${packToml}: [${section}] does not pin ${file}`);
    hashes.set(file, hash);
  }
  return hashes;
}

async function sourceFolder(): Promise<string> {
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(`${SOURCE_PACKAGE}/package.json`);
  } catch {
    throw new CompactPackError(`${SOURCE_PACKAGE} is not installed: run npm ci`);
  }
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  if (version !== SOURCE_VERSION) {
    throw new CompactPackError(
      `${SOURCE_PACKAGE} is ${version}; the pinned hashes belong to ${SOURCE_VERSION}`,
    );
  }
  return dirname(manifest);
}

async function hashOfFile(path: string): Promise<string | undefined> {
  try {
    return sha256(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  // Two builds at once must not write the same temporary file.
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes, { flush: true });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
