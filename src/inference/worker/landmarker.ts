// The 68-point landmarker of packs whose detector gives boxes only.
import { boxHeight, boxWidth, type Box } from '../../domain/geometry/box.js';
import type { Landmarks5, Point } from '../../domain/geometry/landmarks.js';
import type { Raster } from '../../domain/geometry/raster.js';
import { warpSimilarity } from '../../domain/geometry/warp.js';
import type { LandmarkerContract } from '../model-pack.js';
import { Network, NetworkError } from './network.js';
import { PixelPacker } from './pack-pixels.js';

const POINTS = 68;

export class Landmarker {
  private readonly packer: PixelPacker;

  private constructor(
    private readonly network: Network,
    private readonly contract: LandmarkerContract,
  ) {
    this.packer = new PixelPacker(contract.pixels);
  }

  /** Proves by a run that the network gives 68 points. Throws NetworkError. */
  static async open(network: Network, contract: LandmarkerContract): Promise<Landmarker> {
    const landmarker = new Landmarker(network, contract);
    const side = contract.inputPx;
    const grey = { width: side, height: side, data: new Uint8Array(side * side * 3).fill(128) };
    await landmarker.find(grey, { x1: 0, y1: 0, x2: side, y2: side });
    return landmarker;
  }

  /** 68 points (iBUG 300-W order) in px of `raster`, for a face in `box`, looked for in the square around the box's centre. */
  async find(raster: Raster, box: Box): Promise<Point[]> {
    const side = this.contract.inputPx;
    const scale = side / Math.max(1, boxWidth(box), boxHeight(box));
    const left = (box.x1 + box.x2) / 2 - side / scale / 2;
    const top = (box.y1 + box.y2) / 2 - side / scale / 2;
    // Pixel centres are whole numbers here, so that half a pixel comes off on each side.
    const transform = {
      a: scale,
      b: 0,
      tx: -left * scale + (scale - 1) / 2,
      ty: -top * scale + (scale - 1) / 2,
    };
    const crop = warpSimilarity(raster, transform, side, side);
    const tensor = new Float32Array(side * side * 3);
    this.packer.pack(crop, tensor, { width: side, height: side, left: 0, top: 0, index: 0 });
    const [points] = await this.network.run(tensor, this.packer.dims(1, side, side));
    if (!points || points.data.length !== POINTS * 2) {
      throw new NetworkError(
        `${this.network.file}: the landmarker gave ${points?.data.length ?? 0} values, not ${POINTS * 2}`,
      );
    }
    return Array.from({ length: POINTS }, (_, i) => ({
      x: left + (points.data[i * 2]! * side) / scale,
      y: top + (points.data[i * 2 + 1]! * side) / scale,
    }));
  }
}

/** Eye centres, nose tip and mouth corners of the 68 points; left and right as seen in the image. */
export function landmarks5Of(points: readonly Point[]): Landmarks5 {
  return [mean(points.slice(36, 42)), mean(points.slice(42, 48)), points[30]!, points[48]!, points[54]!];
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
  return { x: sum.x / points.length, y: sum.y / points.length };
}
