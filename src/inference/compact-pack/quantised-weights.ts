// Reads the weights that tensorflow.js stores: a manifest (JSON) and one binary file in which the tensors lie back to back.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One trained tensor, row-major in tensorflow's order (filters: height, width, in, out). */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly quantization?: { readonly dtype: 'uint8'; readonly scale: number; readonly min: number };
}

interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly ManifestEntry[];
}

/** The tensors of one network by name. */
export class QuantisedWeights {
  private constructor(private readonly tensors: ReadonlyMap<string, WeightTensor>) {}

  /**
   * Reads `<name>-weights_manifest.json` and the binary files that it names. Values quantised to 8 bits come back as
   * q · scale + min. Throws when a file is missing or its length is not that of the tensors.
   */
  static async read(manifestPath: string): Promise<QuantisedWeights> {
    const groups = JSON.parse(await readFile(manifestPath, 'utf8')) as readonly ManifestGroup[];
    const tensors = new Map<string, WeightTensor>();
    for (const group of groups) {
      const parts = await Promise.all(group.paths.map((path) => readFile(join(dirname(manifestPath), path))));
      readGroup(group, Buffer.concat(parts), tensors);
    }
    return new QuantisedWeights(tensors);
  }

  /** Throws when there is no such tensor or its shape is another one (-1 stands for any size). */
  get(name: string, shape: readonly number[]): WeightTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`the weights hold no tensor ${name}`);
    const fits =
      tensor.shape.length === shape.length &&
      shape.every((size, axis) => size === -1 || size === tensor.shape[axis]);
    if (!fits) throw new Error(`tensor ${name} is ${tensor.shape.join('×')}, not ${shape.join('×')}`);
    return tensor;
  }
}

function readGroup(group: ManifestGroup, bytes: Buffer, tensors: Map<string, WeightTensor>): void {
  let at = 0;
  for (const { name, shape, dtype, quantization } of group.weights) {
    const count = shape.reduce((product, size) => product * size, 1);
    const byteLength = quantization ? count : count * 4;
    if (at + byteLength > bytes.length)
      throw new Error(`${group.paths.join(', ')} ends inside tensor ${name}`);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      if (quantization) values[i] = bytes[at + i]! * quantization.scale + quantization.min;
      else values[i] = dtype === 'float32' ? bytes.readFloatLE(at + i * 4) : bytes.readInt32LE(at + i * 4);
    }
    tensors.set(name, { shape, values });
    at += byteLength;
  }
  if (at !== bytes.length)
    throw new Error(`${group.paths.join(', ')} has ${bytes.length - at} bytes that no tensor claims`);
}
