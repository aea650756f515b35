// The model packs that are measured, laid out in a temporary folder as the service wants them.
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArcFaceR100, writeRetinaFaceR50 } from '../test/harness/generated-networks.js';
import { writeCostOfShape } from './cost-of-shape.js';
import { repositoryRoot, sharedModels } from './repository.js';

export const MODEL_SETS = ['small', 'shapes', 'compact'] as const;
export type ModelSetName = (typeof MODEL_SETS)[number];

export interface ModelSet {
  readonly name: ModelSetName;
  readonly modelsDir: string;
  readonly pack: string;
  readonly description: string;
  remove(): Promise<void>;
}

const committed = join(repositoryRoot, 'onnx-models');
const DETECTOR = 'retinaface_mnet025_dynamic.onnx';
const RECOGNISER = 'w600k_mbf_fp32_dequant.onnx';

/** @throws Error when the set needs weights that this machine does not have. */
export async function openModelSet(name: ModelSetName): Promise<ModelSet> {
  if (name === 'compact') {
    const description = 'compact pack: SSD-MobileNet-v1 512² + 68 points + ResNet-29 150², 128-d, fp32';
    return { name, modelsDir: committed, pack: 'compact', description, remove: () => Promise.resolve() };
  }
  if (!sharedModels) throw new Error(`the models of set ${name} are not on this machine`);
  const modelsDir = await mkdtemp(join(tmpdir(), 'kindred-bench-models-'));
  const remove = (): Promise<void> => rm(modelsDir, { recursive: true, force: true });
  if (name === 'small') {
    const pack = 'retinaface-mbf';
    await mkdir(join(modelsDir, pack));
    await cp(join(committed, pack, 'pack.toml'), join(modelsDir, pack, 'pack.toml'));
    for (const file of [DETECTOR, RECOGNISER])
      await symlink(join(sharedModels, file), join(modelsDir, pack, file));
    const description = 'RetinaFace MobileNet-.25 640×480 + MobileFaceNet w600k 112², 512-d, fp32';
    return { name, modelsDir, pack, description, remove };
  }
  const pack = 'shapes-r50-r100';
  try {
    await writeShapes(join(modelsDir, pack), pack, sharedModels);
  } catch (error) {
    await remove();
    throw error;
  }
  const description =
    'RetinaFace R50 640² + ArcFace R100 112², 512-d, fp32: exact shapes, random weights; answers by the small set';
  return { name, modelsDir, pack, description, remove };
}

/** See [Note: Cost of a shape]. */
async function writeShapes(folder: string, id: string, weights: string): Promise<void> {
  await mkdir(folder);
  const generated = join(folder, 'generated.tmp');
  await writeRetinaFaceR50(generated);
  const detector = await writeCostOfShape(join(weights, DETECTOR), generated, join(folder, 'r50.onnx'));
  await rm(generated);
  await writeArcFaceR100(generated);
  const recogniser = await writeCostOfShape(join(weights, RECOGNISER), generated, join(folder, 'r100.onnx'));
  await rm(generated);
  const toml = await readFile(join(committed, 'retinaface-mbf', 'pack.toml'), 'utf8');
  const [head = '', tail = ''] = toml.split('[recogniser]');
  const withFile = (text: string, file: string, sha256: string): string =>
    text.replace(/^file = .*$/m, `file = "${file}"`).replace(/^sha256 = .*$/m, `sha256 = "${sha256}"`);
  const text = `${withFile(head, 'r50.onnx', detector)}[recogniser]${withFile(tail, 'r100.onnx', recogniser)}`
    .replace(/^id = .*$/m, `id = "${id}"`)
    .replace(/^canvas = .*$/m, 'canvas = "square"');
  await writeFile(join(folder, 'pack.toml'), text);
}
