// Which model packs a folder holds, which of them can run, and which one is taken.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { weightsFiles, type ModelPack } from './model-pack.js';
import { ModelPackError, parseModelPack } from './parse-model-pack.js';

/** Best first. A pack that is not named here comes after these, by name, and before the compact one. */
export const PACK_PREFERENCE = [
  'retinaface-arcface-r100',
  'retinaface-mbf',
  'scrfd-mbf',
  'retinaface-edgeface',
] as const;
/** The default on a machine that has nothing else. */
const LAST_RESORT = 'compact';

export interface PackFolder {
  readonly id: string;
  readonly dir: string;
  /** Undefined when `pack.toml` has faults. */
  readonly pack: ModelPack | undefined;
  /** Why it cannot run; empty when it is installed. Hashes are not read for this. */
  readonly missing: readonly string[];
}

/** Thrown at start when no pack can run as asked; the message says what to do. */
export class NoModelPackError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoModelPackError';
  }
}

/** Every folder of `modelsDir` with a pack.toml, best first. Throws ModelPackError never: faults are in `missing`. */
export async function listPacks(modelsDir: string): Promise<PackFolder[]> {
  const entries = await readdir(modelsDir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const names = entries.filter((entry) => !entry.name.startsWith('.')).map((entry) => entry.name);
  const folders = await Promise.all(names.map((name) => readPackFolder(join(modelsDir, name), name)));
  return folders
    .filter((folder) => folder !== undefined)
    .sort((a, b) => rank(a.id) - rank(b.id) || (a.id < b.id ? -1 : 1));
}

/**
 * The pack that was asked for, or the best one that is installed, its files' hashes checked.
 * @throws NoModelPackError when there is none; ModelPackError when pack.toml has faults or a file another hash.
 */
export async function choosePack(
  modelsDir: string,
  wanted?: string,
): Promise<PackFolder & { pack: ModelPack }> {
  const folders = await listPacks(modelsDir);
  const report = folders.map(
    ({ id, missing }) => `  ${id}: ${missing.length === 0 ? 'installed' : missing.join('; ')}`,
  );
  const found = folders.find(({ id, missing }) =>
    wanted === undefined ? missing.length === 0 : id === wanted,
  );
  if (!found) {
    const problem =
      wanted === undefined ? 'no model pack is installed' : `there is no model pack "${wanted}"`;
    throw new NoModelPackError([`${problem} in ${modelsDir}`, ...report].join('\n'));
  }
  if (!found.pack || found.missing.length > 0) throw new ModelPackError(found.id, found.missing);
  await checkHashes(found.dir, found.pack);
  return { ...found, pack: found.pack };
}

function rank(id: string): number {
  const place = (PACK_PREFERENCE as readonly string[]).indexOf(id);
  if (place >= 0) return place;
  return id === LAST_RESORT ? PACK_PREFERENCE.length + 1 : PACK_PREFERENCE.length;
}

async function readPackFolder(dir: string, id: string): Promise<PackFolder | undefined> {
  let text: string;
  try {
    text = await readFile(join(dir, 'pack.toml'), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  try {
    const pack = parseModelPack(text, join(dir, 'pack.toml'));
    if (pack.id !== id)
      return { id, dir, pack: undefined, missing: [`its id is "${pack.id}", its folder "${id}"`] };
    return { id, dir, pack, missing: await missingParts(dir, pack) };
  } catch (error) {
    if (!(error instanceof ModelPackError)) throw error;
    return { id, dir, pack: undefined, missing: error.faults };
  }
}

async function missingParts(dir: string, pack: ModelPack): Promise<string[]> {
  const missing: string[] = [];
  for (const { file, sha256 } of weightsFiles(pack)) {
    const there = await stat(join(dir, file)).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (!there) missing.push(`${file} is not there`);
    else if (sha256 === '') missing.push(`${file} is there, but pack.toml has no sha256 for it`);
  }
  return missing;
}

/** @throws ModelPackError naming every file that is not the one that pack.toml names. */
export async function checkHashes(dir: string, pack: ModelPack): Promise<void> {
  const faults: string[] = [];
  for (const { file, sha256 } of weightsFiles(pack)) {
    const actual = await sha256Of(join(dir, file));
    if (actual !== sha256)
      faults.push(
        `${file} has the SHA-256 ${actual}, pack.toml says ${sha256}: not the file that was agreed on`,
      );
  }
  if (faults.length > 0) throw new ModelPackError(pack.id, faults);
}

/** Lower-case hex; reads the file as a stream. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
