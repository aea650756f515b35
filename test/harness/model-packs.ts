// Builds a folder of model packs out of the committed pack.toml files and weights that lie elsewhere (links, never copies).
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './shared-data.js';

/** Folder of the packs as committed. */
export const committedPacks = join(repositoryRoot, 'onnx-models');

/** Packs whose weights lie in `shared/models`. */
export const SMALL_PACKS = ['retinaface-mbf', 'retinaface-edgeface', 'scrfd-mbf'] as const;

export interface ModelsFolder {
  readonly dir: string;
  remove(): Promise<void>;
}

/**
 * A temporary models folder with `packs`, each with its committed pack.toml and evidence.json and links to those of its weights that exist in
 * `weightsDir`. `change` edits the text of a pack.toml before it is written.
 */
export async function modelsFolder(
  weightsDir: string,
  packs: readonly string[] = SMALL_PACKS,
  change: (toml: string, id: string) => string = (toml) => toml,
): Promise<ModelsFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'kindred-models-'));
  for (const id of packs) {
    await mkdir(join(dir, id));
    await cp(join(committedPacks, id, 'pack.toml'), join(dir, id, 'pack.toml'));
    const evidence = join(committedPacks, id, 'evidence.json');
    if (existsSync(evidence)) await cp(evidence, join(dir, id, 'evidence.json'));
    const toml = change(await readFile(join(dir, id, 'pack.toml'), 'utf8'), id);
    await writeFile(join(dir, id, 'pack.toml'), toml);
    const files = new Set([...toml.matchAll(/^file = "([^"]+)"$/gm)].map(([, file]) => file!));
    for (const file of files) {
      if (existsSync(join(weightsDir, file))) await symlink(join(weightsDir, file), join(dir, id, file));
    }
  }
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}
