// The tensors of whole photos, made with the service's own code, before the clock starts.
import type { AlignmentTemplate } from '../../src/domain/face/align.js';
import type { Raster } from '../../src/domain/geometry/raster.js';
import type { ModelPack, PixelContract } from '../../src/inference/model-pack.js';
import type { Network } from '../../src/inference/worker/network.js';
import { compiled } from '../repository.js';

export interface Input {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** What the models compute for one photo; batched as the service batches a photo that comes alone. */
export interface PhotoInputs {
  readonly detector: Input;
  readonly landmarker: readonly Input[];
  readonly recogniser: readonly Input[];
}

export interface Networks {
  readonly detector: Network;
  readonly landmarker: Network | undefined;
  readonly recogniser: Network;
}

const NO_LIMIT = { bytesMax: 1e9, pixelsMax: 1e9 };

export async function prepareInputs(
  pack: ModelPack,
  networks: Networks,
  photos: readonly string[],
): Promise<PhotoInputs[]> {
  const { ImageDecoder } =
    await compiled<typeof import('../../src/imaging/image-decoder.js')>('imaging/image-decoder.js');
  const decoder = new ImageDecoder(NO_LIMIT);
  const prepared: PhotoInputs[] = [];
  for (const path of photos) {
    const header = await decoder.inspect(path);
    const { raster } = await decoder.decode(path, header, { longSideMax: pack.detector.longSidePx });
    prepared.push(await inputsOf(pack, networks, raster));
  }
  await decoder.close();
  return prepared;
}

async function inputsOf(pack: ModelPack, networks: Networks, raster: Raster): Promise<PhotoInputs> {
  const { detector, landmarker, recogniser } = pack;
  const side = detector.longSidePx;
  const up = (px: number): number => Math.ceil(px / 32) * 32;
  const square = detector.canvas === 'square';
  const canvas = { width: square ? side : up(raster.width), height: square ? side : up(raster.height) };
  const crops = await cropsOf(pack, networks, raster);
  const oneByOne = networks.recogniser.inputDims[0] === 1;
  const batches = oneByOne ? crops.map((crop) => [crop]) : [crops];
  const { inputPx } = recogniser;
  return {
    detector: await pixels(detector.pixels, [raster], canvas.width, canvas.height),
    landmarker: landmarker
      ? crops.map(() => ({
          data: new Float32Array(3 * landmarker.inputPx ** 2),
          dims:
            landmarker.pixels.layout === 'nchw'
              ? [1, 3, landmarker.inputPx, landmarker.inputPx]
              : [1, landmarker.inputPx, landmarker.inputPx, 3],
        }))
      : [],
    recogniser: await Promise.all(batches.map((batch) => pixels(recogniser.pixels, batch, inputPx, inputPx))),
  };
}

/** Throws when the photo does not show exactly two faces. */
async function cropsOf(pack: ModelPack, networks: Networks, raster: Raster): Promise<Raster[]> {
  const { FaceDetector } = await compiled<typeof import('../../src/inference/worker/face-detector.js')>(
    'inference/worker/face-detector.js',
  );
  const { Landmarker } = await compiled<typeof import('../../src/inference/worker/landmarker.js')>(
    'inference/worker/landmarker.js',
  );
  const align = await compiled<typeof import('../../src/domain/face/align.js')>('domain/face/align.js');
  const landmarker =
    pack.landmarker && networks.landmarker
      ? await Landmarker.open(networks.landmarker, pack.landmarker)
      : undefined;
  const detector = await FaceDetector.open(networks.detector, pack.detector, landmarker);
  const found = await detector.find(raster, { longSidePx: pack.detector.longSidePx, surrounded: false });
  if (found.length !== 2) throw new Error(`the bare loop's photo shows ${found.length} faces, not two`);
  const template: AlignmentTemplate = align.ALIGNMENT_TEMPLATES.find(
    ({ name }) => name === pack.recogniser.template,
  )!;
  return found.map(({ landmarks }) =>
    align.alignedCrop(raster, align.fitAlignment(landmarks, template), template),
  );
}

async function pixels(
  contract: PixelContract,
  rasters: readonly Raster[],
  width: number,
  height: number,
): Promise<Input> {
  const { PixelPacker } = await compiled<typeof import('../../src/inference/worker/pack-pixels.js')>(
    'inference/worker/pack-pixels.js',
  );
  const packer = new PixelPacker(contract);
  const data = new Float32Array(rasters.length * width * height * 3);
  rasters.forEach((raster, index) => packer.pack(raster, data, { width, height, left: 0, top: 0, index }));
  return { data, dims: packer.dims(rasters.length, width, height) };
}
