// The models that tests run: real 512-d ones where they lie beside the checkout, else the compact pack that the build makes.
import { committedPacks, modelsFolder, type ModelsFolder } from './model-packs.js';
import { sharedData } from './shared-data.js';

export interface TestModels extends ModelsFolder {
  readonly pack: string;
}

export async function testModels(wanted = 'retinaface-mbf'): Promise<TestModels> {
  if (sharedData && wanted !== 'compact')
    return { ...(await modelsFolder(sharedData.models, [wanted])), pack: wanted };
  return { dir: committedPacks, pack: 'compact', remove: () => Promise.resolve() };
}
