// Pixels → the numbers of an input tensor.
import type { Raster } from '../../domain/geometry/raster.js';
import type { PixelContract } from '../model-pack.js';

export interface TensorPlace {
  /** Size of one picture of the tensor, px. */
  readonly width: number;
  readonly height: number;
  /** Where the raster's top left corner comes to lie, px. */
  readonly left: number;
  readonly top: number;
  /** Which picture of the batch. */
  readonly index: number;
}

/** Fills one picture of the batch: the raster at its place, black pixels (normalised like all others) around it. */
export class PixelPacker {
  /** The number for each of the 256 values of each tensor channel. */
  private readonly tables: readonly [Float32Array, Float32Array, Float32Array];

  constructor(private readonly contract: PixelContract) {
    const table = (channel: 0 | 1 | 2): Float32Array =>
      Float32Array.from(
        { length: 256 },
        (_, value) => (value - contract.mean[channel]) / contract.std[channel],
      );
    this.tables = [table(0), table(1), table(2)];
  }

  /** Throws RangeError when the raster does not fit at its place. */
  pack(raster: Raster, tensor: Float32Array, place: TensorPlace): void {
    const { width, height, left, top, index } = place;
    if (left < 0 || top < 0 || left + raster.width > width || top + raster.height > height) {
      throw new RangeError(
        `${raster.width}x${raster.height} at ${left},${top} does not fit into ${width}x${height}`,
      );
    }
    const planar = this.contract.layout === 'nchw';
    const area = width * height;
    const picture = tensor.subarray(index * area * 3, (index + 1) * area * 3);
    const [first, second, third] = this.tables;
    // Distance from one tensor channel to the next, and from one pixel to the next.
    const plane = planar ? area : 1;
    const step = planar ? 1 : 3;
    if (raster.width !== width || raster.height !== height) {
      for (const [channel, table] of this.tables.entries()) {
        if (planar) picture.fill(table[0]!, channel * plane, (channel + 1) * plane);
        else for (let i = 0, at = channel; i < area; i++, at += step) picture[at] = table[0]!;
      }
    }
    const { data } = raster;
    // Bytes of a pixel in the order of the tensor's channels.
    const [a, c] = this.contract.colour === 'rgb' ? [0, 2] : [2, 0];
    for (let y = 0; y < raster.height; y++) {
      let source = y * raster.width * 3;
      let at = ((y + top) * width + left) * step;
      for (let x = 0; x < raster.width; x++, source += 3, at += step) {
        picture[at] = first[data[source + a]!]!;
        picture[at + plane] = second[data[source + 1]!]!;
        picture[at + 2 * plane] = third[data[source + c]!]!;
      }
    }
  }

  /** Tensor dimensions of `count` pictures. */
  dims(count: number, width: number, height: number): number[] {
    return this.contract.layout === 'nchw' ? [count, 3, height, width] : [count, height, width, 3];
  }
}
