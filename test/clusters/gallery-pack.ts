// The compact pack with other figures: what it says of two faces is what a gallery of built vectors says, so that a whole service can
// answer about such faces. The networks are the real ones.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { committedPacks } from '../harness/model-packs.js';
import type { TestModels } from '../harness/test-models.js';
import { PAIR, SPACE } from './gallery.js';

/** A models folder with the one pack; its id is the space of the built vectors. */
export async function galleryPack(): Promise<TestModels> {
  const from = join(committedPacks, 'compact');
  const dir = await mkdtemp(join(tmpdir(), 'kindred-models-'));
  const pack = join(dir, SPACE);
  await mkdir(pack);
  const toml = (await readFile(join(from, 'pack.toml'), 'utf8'))
    .replace(/^id = ".*"$/m, `id = "${SPACE}"`)
    .replace(/^slope = .*$/m, `slope = ${PAIR.slope.toFixed(1)}`)
    .replace(/^intercept = .*$/m, `intercept = ${PAIR.intercept.toFixed(1)}`)
    // Without a linkage of its own it has the one that follows from the pair.
    .replace(/^\[calibration\.linkage\][^[]*/m, '');
  await writeFile(join(pack, 'pack.toml'), toml);
  for (const [, file] of toml.matchAll(/^file = "([^"]+)"$/gm))
    await symlink(join(from, file!), join(pack, file!));
  return { dir, pack: SPACE, remove: () => rm(dir, { recursive: true, force: true }) };
}
