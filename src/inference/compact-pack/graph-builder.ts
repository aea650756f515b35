// Puts networks together layer by layer, channels first, and keeps track of every shape.
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './onnx-schema.js';
import { placeWindow, type Padding, type Placement } from './place-window.js';
import type { WeightTensor } from './quantised-weights.js';
import { reorderAxes } from './reorder-axes.js';

export interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: Padding;
}

/** Layers work on [batch, channels, height, width] unless they say otherwise. Values are named in the order they are made. */
export class GraphBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly initialisers: OnnxTensor[] = [];
  readonly input: OnnxValue;

  constructor(
    private readonly name: string,
    inputShape: readonly [number, number, number],
  ) {
    this.input = { name: 'input', shape: inputShape };
  }

  /** @param filters [height, width, in, out] @param bias [out] */
  convolution(
    x: OnnxValue,
    filters: WeightTensor,
    bias: WeightTensor,
    options: ConvolutionOptions = {},
  ): OnnxValue {
    const [height, width, channelsIn, channelsOut] = filters.shape as [number, number, number, number];
    const weights = reorderAxes(filters, [3, 2, 0, 1]);
    if (channelsIn !== x.shape[0])
      throw new Error(`${x.name} has ${x.shape[0]} channels, its filters ${channelsIn}`);
    return this.window('Conv', x, [height, width], options, channelsOut, [
      this.floats(weights.values, weights.shape),
      this.floats(bias.values, bias.shape),
    ]);
  }

  /** One filter a channel. @param filters [height, width, channels, 1] @param bias [channels], none = 0 */
  depthwise(
    x: OnnxValue,
    filters: WeightTensor,
    bias?: WeightTensor,
    options: ConvolutionOptions = {},
  ): OnnxValue {
    const [height, width, channels] = filters.shape as [number, number, number, number];
    const weights = reorderAxes(filters, [2, 3, 0, 1]);
    const operands = [this.floats(weights.values, weights.shape)];
    if (bias) operands.push(this.floats(bias.values, bias.shape));
    return this.window('Conv', x, [height, width], options, channels, operands, { group: channels });
  }

  maxPool(x: OnnxValue, size: number, stride: number): OnnxValue {
    return this.window('MaxPool', x, [size, size], { stride, padding: 'valid' }, x.shape[0]!, []);
  }

  averagePool(x: OnnxValue, size: number, stride: number): OnnxValue {
    return this.window('AveragePool', x, [size, size], { stride, padding: 'valid' }, x.shape[0]!, []);
  }

  /** [batch, channels, height, width] → [batch, channels]. */
  globalAverage(x: OnnxValue): OnnxValue {
    const pooled = this.add('GlobalAveragePool', [x.name], [x.shape[0]!, 1, 1]);
    return this.add('Flatten', [pooled.name], [x.shape[0]!], { axis: 1 });
  }

  /** [batch, in] → [batch, out]. @param weights [in, out] @param bias [out] */
  dense(x: OnnxValue, weights: WeightTensor, bias: WeightTensor): OnnxValue {
    const operands = [
      x.name,
      this.floats(weights.values, weights.shape),
      this.floats(bias.values, bias.shape),
    ];
    return this.add('Gemm', operands, [weights.shape[1]!]);
  }

  sum(a: OnnxValue, b: OnnxValue): OnnxValue {
    if (a.shape.join() !== b.shape.join()) throw new Error(`${a.name} and ${b.name} differ in shape`);
    return this.add('Add', [a.name, b.name], a.shape);
  }

  relu(x: OnnxValue): OnnxValue {
    return this.add('Relu', [x.name], x.shape);
  }

  /** Values held within 0..6. */
  relu6(x: OnnxValue): OnnxValue {
    return this.add(
      'Clip',
      [x.name, this.floats(Float32Array.of(0), []), this.floats(Float32Array.of(6), [])],
      x.shape,
    );
  }

  /** Adds zeros behind the last channel and below and right of the last pixel. */
  padBehind(x: OnnxValue, extra: { channels?: number; height?: number; width?: number }): OnnxValue {
    const { channels = 0, height = 0, width = 0 } = extra;
    if (channels + height + width === 0) return x;
    const pads = this.integers([0, 0, 0, 0, 0, channels, height, width]);
    return this.add(
      'Pad',
      [x.name, pads],
      [x.shape[0]! + channels, x.shape[1]! + height, x.shape[2]! + width],
    );
  }

  /** Order [batch, height, width, channels], then [batch, rows, columns]; as many rows as there are values for. */
  rows(x: OnnxValue, columns: number): OnnxValue {
    const [channels, height, width] = x.shape as [number, number, number];
    const turned = this.add('Transpose', [x.name], [height, width, channels], { perm: [0, 2, 3, 1] });
    const count = (channels * height * width) / columns;
    return this.add('Reshape', [turned.name, this.integers([0, count, columns])], [count, columns]);
  }

  concatenateRows(parts: readonly OnnxValue[]): OnnxValue {
    const count = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
    return this.add(
      'Concat',
      parts.map((part) => part.name),
      [count, parts[0]!.shape[1]!],
      { axis: 1 },
    );
  }

  /** Columns from `first` up to and without `end` of [batch, rows, columns]. */
  columns(x: OnnxValue, first: number, end: number): OnnxValue {
    const operands = [x.name, this.integers([first]), this.integers([end]), this.integers([2])];
    return this.add('Slice', operands, [x.shape[0]!, end - first]);
  }

  concatenateColumns(parts: readonly OnnxValue[]): OnnxValue {
    const columns = parts.reduce((sum, part) => sum + part.shape[1]!, 0);
    return this.add(
      'Concat',
      parts.map((part) => part.name),
      [parts[0]!.shape[0]!, columns],
      { axis: 2 },
    );
  }

  sigmoid(x: OnnxValue): OnnxValue {
    return this.add('Sigmoid', [x.name], x.shape);
  }

  exponential(x: OnnxValue): OnnxValue {
    return this.add('Exp', [x.name], x.shape);
  }

  subtract(a: OnnxValue, b: OnnxValue): OnnxValue {
    return this.add('Sub', [a.name, b.name], a.shape);
  }

  /** Element by element; `constant` is the same for every picture of the batch and has the shape of `x`, or one value. */
  multiplyBy(x: OnnxValue, constant: Float32Array): OnnxValue {
    return this.add('Mul', [x.name, this.floats(constant, constant.length === 1 ? [] : x.shape)], x.shape);
  }

  plus(x: OnnxValue, constant: Float32Array): OnnxValue {
    return this.add('Add', [x.name, this.floats(constant, constant.length === 1 ? [] : x.shape)], x.shape);
  }

  /** [batch, columns] divided by its Euclidean length. */
  unitLength(x: OnnxValue): OnnxValue {
    return this.add('LpNormalization', [x.name], x.shape, { axis: 1, p: 2 });
  }

  /** Twice the batch: the pictures, then the same pictures mirrored left to right. */
  withMirrorImages(x: OnnxValue): OnnxValue {
    // From the last column backwards beyond the first one.
    const operands = [
      x.name,
      this.integers([-1]),
      this.integers([-(x.shape[2]! + 1)]),
      this.integers([3]),
      this.integers([-1]),
    ];
    const mirrored = this.add('Slice', operands, x.shape);
    return this.add('Concat', [x.name, mirrored.name], x.shape, { axis: 0 });
  }

  /** Half the batch of [batch, columns]: each mean of a row of the first half and its like in the second. */
  meanOfHalves(x: OnnxValue): OnnxValue {
    const halves = this.add('Reshape', [x.name, this.integers([2, -1, x.shape[0]!])], x.shape);
    return this.add('ReduceMean', [halves.name], x.shape, { axes: [0], keepdims: 0 });
  }

  /** The finished graph; the outputs get the names given. */
  finish(outputs: Readonly<Record<string, OnnxValue>>): OnnxGraph {
    const named = Object.entries(outputs).map(([name, value]) => ({
      ...this.add('Identity', [value.name], value.shape),
      alias: name,
    }));
    // Renames the closing Identity nodes: an output's name is part of the file's contract.
    const renamed = this.nodes.map((node) => {
      const output = named.find((value) => value.name === node.output);
      return output ? { ...node, output: output.alias } : node;
    });
    return {
      name: this.name,
      nodes: renamed,
      initialisers: this.initialisers,
      input: this.input,
      outputs: named.map(({ alias, shape }) => ({ name: alias, shape })),
    };
  }

  /** A convolution or pool: same window, stride and padding rules. */
  private window(
    op: string,
    x: OnnxValue,
    kernel: readonly [number, number],
    { stride = 1, padding = 'same' }: ConvolutionOptions,
    channels: number,
    operands: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): OnnxValue {
    const sides = kernel.map((size, axis) => placeWindow(x.shape[axis + 1]!, size, stride, padding));
    const [vertical, horizontal] = sides as [Placement, Placement];
    return this.add(op, [x.name, ...operands], [channels, vertical.count, horizontal.count], {
      kernel_shape: kernel,
      strides: [stride, stride],
      pads: [vertical.before, horizontal.before, vertical.after, horizontal.after],
      ...attributes,
    });
  }

  private add(
    op: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): OnnxValue {
    const output = `${op.toLowerCase()}_${this.nodes.length}`;
    this.nodes.push({ op, inputs, output, attributes });
    return { name: output, shape };
  }

  private floats(values: Float32Array, shape: readonly number[]): string {
    return this.initialiser(values, shape);
  }

  private integers(values: readonly number[]): string {
    return this.initialiser(BigInt64Array.from(values.map(BigInt)), [values.length]);
  }

  private initialiser(values: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const name = `constant_${this.initialisers.length}`;
    this.initialisers.push({ name, shape, values });
    return name;
  }
}
