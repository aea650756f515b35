// The recogniser of a pack: aligned crops in, raw vectors out.
import { createRaster, type Raster } from '../../domain/geometry/raster.js';
import type { RecogniserContract } from '../model-pack.js';
import { Network, NetworkError } from './network.js';
import { PixelPacker } from './pack-pixels.js';

export class Recogniser {
  private readonly packer: PixelPacker;

  private constructor(
    private readonly network: Network,
    readonly contract: RecogniserContract,
    /** Faces of one run. */
    private readonly batchMax: number,
  ) {
    this.packer = new PixelPacker(contract.pixels);
  }

  /**
   * Proves the contract by running the network. Networks whose graph is fixed to one face are fed one by one.
   * Throws NetworkError when the input is not `input_px` square or the output is not `width` wide.
   */
  static async open(network: Network, contract: RecogniserContract, batchMax: number): Promise<Recogniser> {
    const side = contract.inputPx;
    const wanted =
      contract.pixels.layout === 'nchw' ? [undefined, 3, side, side] : [undefined, side, side, 3];
    const fits = network.inputDims.every((dim, i) => i === 0 || dim === undefined || dim === wanted[i]);
    if (!fits) {
      throw new NetworkError(
        `${network.file}: the recogniser takes [${network.inputDims.map((d) => d ?? 'N').join(', ')}], ` +
          `the pack says [${wanted.map((d) => d ?? 'N').join(', ')}]`,
      );
    }
    const single = new Recogniser(network, contract, 1);
    const grey = createRaster(side, side, new Uint8Array(side * side * 3).fill(128));
    await single.embed([grey]);
    const fixed = network.inputDims[0];
    if (batchMax === 1 || fixed === 1) return single;
    if (fixed !== undefined)
      throw new NetworkError(
        `${network.file}: the recogniser takes exactly ${fixed} faces a run; 1 or any number is needed`,
      );
    const many = new Recogniser(network, contract, batchMax);
    try {
      await many.embed([grey, grey]);
      return many;
    } catch {
      return single;
    }
  }

  /** One raw vector of `width` values a crop, in order. Crops must be `input_px` square. */
  async embed(crops: readonly Raster[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < crops.length; start += this.batchMax) {
      vectors.push(...(await this.run(crops.slice(start, start + this.batchMax))));
    }
    return vectors;
  }

  private async run(crops: readonly Raster[]): Promise<Float32Array[]> {
    const { inputPx: side, width } = this.contract;
    const tensor = new Float32Array(crops.length * side * side * 3);
    crops.forEach((crop, index) =>
      this.packer.pack(crop, tensor, { width: side, height: side, left: 0, top: 0, index }),
    );
    const outputs = await this.network.run(tensor, this.packer.dims(crops.length, side, side));
    const output = outputs[0];
    if (!output || output.data.length !== crops.length * width) {
      throw new NetworkError(
        `${this.network.file}: the recogniser gave [${output?.dims.join(', ') ?? ''}] for ${crops.length} face(s), ` +
          `the pack says width = ${width}`,
      );
    }
    return crops.map((_, i) => output.data.slice(i * width, (i + 1) * width));
  }
}
