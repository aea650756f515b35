// The detector of a pack: raster in, detections in px of that raster out.
import type { Detection } from '../../domain/face/detection.js';
import type { CanvasSize, NetworkOutput } from '../../domain/face/heads/detector-output.js';
import { decodeRetinaface, retinafacePriors } from '../../domain/face/heads/retinaface.js';
import { decodeScrfd } from '../../domain/face/heads/scrfd.js';
import { decodeSsd } from '../../domain/face/heads/ssd.js';
import { landmarks5From68 } from '../../domain/face/landmarks-68.js';
import { suppressOverlaps } from '../../domain/face/nms.js';
import type { Box } from '../../domain/geometry/box.js';
import type { Landmarks5 } from '../../domain/geometry/landmarks.js';
import { mapLandmarks } from '../../domain/geometry/landmarks.js';
import type { Raster } from '../../domain/geometry/raster.js';
import { fitWithin, shrinkRaster } from '../../domain/geometry/shrink.js';
import type { DetectorContract } from '../model-pack.js';
import type { Landmarker } from './landmarker.js';
import { Network, NetworkError } from './network.js';
import { PixelPacker } from './pack-pixels.js';

/** How a raster is laid before the detector. */
export interface DetectorView {
  /** The raster's long side is shrunk to this at most, px. */
  readonly longSidePx: number;
  /** True: in the middle of a black square as large as the detector takes; false: top left, padded as little as the pack says. */
  readonly surrounded: boolean;
}

export class FaceDetector {
  private readonly packer: PixelPacker;
  private readonly priors = new Map<string, Float32Array>();

  private constructor(
    private readonly network: Network,
    readonly contract: DetectorContract,
    /** For the kind ssd, which gives boxes only. */
    private readonly landmarker?: Landmarker,
  ) {
    this.packer = new PixelPacker(contract.pixels);
    this.checkInput();
  }

  /** Proves the contract by a run. Throws NetworkError when the input or the outputs are not what the pack says. */
  static async open(
    network: Network,
    contract: DetectorContract,
    landmarker?: Landmarker,
  ): Promise<FaceDetector> {
    const detector = new FaceDetector(network, contract, landmarker);
    const grey = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3).fill(128) };
    try {
      await detector.find(grey, { longSidePx: 32, surrounded: true });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new NetworkError(`${network.file}: is not a detector of kind ${contract.kind}: ${reason}`, error);
    }
    return detector;
  }

  /** Detections with score ≥ `score_min`, best first, in px of `raster`. */
  async find(raster: Raster, view: DetectorView): Promise<Detection[]> {
    const size = fitWithin(raster.width, raster.height, Math.min(view.longSidePx, this.contract.longSidePx));
    const shrunk = shrinkRaster(raster, size.width, size.height);
    const canvas = this.canvasFor(shrunk, view.surrounded);
    const left = view.surrounded ? Math.floor((canvas.width - shrunk.width) / 2) : 0;
    const top = view.surrounded ? Math.floor((canvas.height - shrunk.height) / 2) : 0;
    const tensor = new Float32Array(canvas.width * canvas.height * 3);
    this.packer.pack(shrunk, tensor, { ...canvas, left, top, index: 0 });
    const outputs = await this.network.run(tensor, this.packer.dims(1, canvas.width, canvas.height));
    const found = suppressOverlaps(this.decode(outputs, canvas), this.contract.overlapMax);
    const scaleX = raster.width / shrunk.width;
    const scaleY = raster.height / shrunk.height;
    const faces: Detection[] = [];
    for (const { box, landmarks, score } of found) {
      const inRaster = {
        x1: (box.x1 - left) * scaleX,
        y1: (box.y1 - top) * scaleY,
        x2: (box.x2 - left) * scaleX,
        y2: (box.y2 - top) * scaleY,
      };
      const points = landmarks
        ? mapLandmarks(landmarks, ({ x, y }) => ({ x: (x - left) * scaleX, y: (y - top) * scaleY }))
        : await this.landmarksIn(raster, inRaster);
      faces.push({ box: inRaster, landmarks: points, score });
    }
    return faces;
  }

  private async landmarksIn(raster: Raster, box: Box): Promise<Landmarks5> {
    if (!this.landmarker)
      throw new NetworkError(`${this.network.file}: gives no landmarks, and the pack has no landmarker`);
    return landmarks5From68(await this.landmarker.find(raster, box));
  }

  private decode(
    outputs: readonly NetworkOutput[],
    canvas: CanvasSize,
  ): { readonly box: Box; readonly score: number; readonly landmarks?: Landmarks5 }[] {
    const { kind, scoreMin } = this.contract;
    switch (kind) {
      case 'retinaface':
        return decodeRetinaface(outputs, this.priorsOf(canvas), scoreMin);
      case 'scrfd':
        return decodeScrfd(outputs, canvas, scoreMin);
      case 'ssd':
        return decodeSsd(outputs, canvas, scoreMin);
    }
  }

  private canvasFor(size: CanvasSize, surrounded: boolean): CanvasSize {
    const side = this.contract.longSidePx;
    if (surrounded || this.contract.canvas === 'square') return { width: side, height: side };
    const up = (px: number): number => Math.ceil(px / 32) * 32;
    return { width: up(size.width), height: up(size.height) };
  }

  private priorsOf(canvas: CanvasSize): Float32Array {
    const key = `${canvas.width}x${canvas.height}`;
    let priors = this.priors.get(key);
    if (!priors) {
      // Sizes that padding to multiples of 32 can give are few, but not so few that a thread should keep them all.
      if (this.priors.size >= 16) this.priors.clear();
      priors = retinafacePriors(canvas);
      this.priors.set(key, priors);
    }
    return priors;
  }

  private checkInput(): void {
    const { layout } = this.contract.pixels;
    const { inputDims, file } = this.network;
    const [channels, height, width] = layout === 'nchw' ? [1, 2, 3] : [3, 1, 2];
    const side = this.contract.longSidePx;
    const fits = (dim: number | undefined, wanted: number): boolean => dim === undefined || dim === wanted;
    if (!fits(inputDims[channels], 3)) {
      throw new NetworkError(
        `${file}: the detector takes ${inputDims.join(', ')}, which is not ${layout} with 3 channels`,
      );
    }
    const fixed = inputDims[height] !== undefined || inputDims[width] !== undefined;
    if (
      fixed &&
      (this.contract.canvas !== 'square' || !fits(inputDims[height], side) || !fits(inputDims[width], side))
    ) {
      throw new NetworkError(
        `${file}: the detector takes ${inputDims[width]}x${inputDims[height]} px only; ` +
          `the pack says long_side_px = ${side}, canvas = "${this.contract.canvas}"`,
      );
    }
  }
}
