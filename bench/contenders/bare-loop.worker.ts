// One thread of the bare loop: the service's own sessions, fed with tensors that were made beforehand.
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { ModelPack } from '../../src/inference/model-pack.js';
import type { NetworkOptions } from '../../src/inference/worker/network.js';
import { compiled } from '../repository.js';
import { prepareInputs, type PhotoInputs } from './prepared-inputs.js';

export interface BareSetup {
  readonly pack: ModelPack;
  readonly dir: string;
  readonly options: NetworkOptions;
}

export type BareTask =
  | { readonly kind: 'warm' }
  | { readonly kind: 'prepare'; readonly photos: readonly string[] }
  | { readonly kind: 'run'; readonly seconds: number };

const { pack, dir, options } = workerData as BareSetup;
const { Network } = await compiled<typeof import('../../src/inference/worker/network.js')>(
  'inference/worker/network.js',
);
const open = (file: string): ReturnType<typeof Network.open> => Network.open(join(dir, file), options);
const networks = {
  landmarker: pack.landmarker && (await open(pack.landmarker.file)),
  detector: await open(pack.detector.file),
  recogniser: await open(pack.recogniser.file),
};
let inputs: readonly PhotoInputs[] = [];

async function runPhoto(photo: PhotoInputs): Promise<void> {
  await networks.detector.run(photo.detector.data, photo.detector.dims);
  for (const { data, dims } of photo.landmarker) await networks.landmarker!.run(data, dims);
  for (const { data, dims } of photo.recogniser) await networks.recogniser.run(data, dims);
}

/** One run of each network on zeros, so that its working memory is there. */
async function warm(): Promise<void> {
  const side = pack.detector.longSidePx;
  const zeros = (layout: string, n: number, px: number): { data: Float32Array; dims: number[] } => ({
    data: new Float32Array(n * 3 * px * px),
    dims: layout === 'nchw' ? [n, 3, px, px] : [n, px, px, 3],
  });
  const faces = networks.recogniser.inputDims[0] === undefined ? 2 : 1;
  await runPhoto({
    detector: zeros(pack.detector.pixels.layout, 1, side),
    landmarker: pack.landmarker ? [zeros(pack.landmarker.pixels.layout, 1, pack.landmarker.inputPx)] : [],
    recogniser: [zeros(pack.recogniser.pixels.layout, faces, pack.recogniser.inputPx)],
  });
}

async function run(seconds: number): Promise<{ photos: number; seconds: number }> {
  const begun = performance.now();
  let photos = 0;
  while (performance.now() - begun < seconds * 1000) await runPhoto(inputs[photos++ % inputs.length]!);
  return { photos, seconds: (performance.now() - begun) / 1000 };
}

async function handle(task: BareTask): Promise<unknown> {
  switch (task.kind) {
    case 'warm':
      return warm();
    case 'prepare':
      inputs = await prepareInputs(pack, networks, task.photos);
      return inputs.length;
    case 'run':
      return run(task.seconds);
  }
}

parentPort!.on('message', (task: BareTask) => {
  handle(task).then(
    (value) => parentPort!.postMessage({ value }),
    (error: unknown) => parentPort!.postMessage({ problem: (error as Error).stack }),
  );
});
