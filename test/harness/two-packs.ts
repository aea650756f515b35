// Two model packs in one folder: real 512-d ones where they lie beside the checkout, else the compact one twice. The second compact one
// has its own id and so its own space, though the weights are the same.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { committedPacks, modelsFolder, type ModelsFolder } from './model-packs.js';
import { sharedData } from './shared-data.js';

export interface TwoPacks extends ModelsFolder {
  readonly from: string;
  readonly to: string;
}

/** @param to `recogniser`: only the recogniser differs; `detector`: the detector does. */
export async function twoPacks(to: 'recogniser' | 'detector' = 'recogniser'): Promise<TwoPacks> {
  if (sharedData) {
    const other = to === 'recogniser' ? 'retinaface-edgeface' : 'scrfd-mbf';
    const folder = await modelsFolder(sharedData.models, ['retinaface-mbf', other]);
    return { ...folder, from: 'retinaface-mbf', to: other };
  }
  const dir = await mkdtemp(join(tmpdir(), 'kindred-models-'));
  for (const id of ['compact', 'compact-again']) {
    await cp(join(committedPacks, 'compact'), join(dir, id), { recursive: true });
    if (id === 'compact') continue;
    const toml = await readFile(join(dir, id, 'pack.toml'), 'utf8');
    await writeFile(join(dir, id, 'pack.toml'), toml.replace(/^id = "compact"$/m, `id = "${id}"`));
    const evidence = JSON.parse(await readFile(join(dir, id, 'evidence.json'), 'utf8')) as object;
    await writeFile(join(dir, id, 'evidence.json'), JSON.stringify({ ...evidence, space: id }));
  }
  return {
    dir,
    from: 'compact',
    to: 'compact-again',
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
