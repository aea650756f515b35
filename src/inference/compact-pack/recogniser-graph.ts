// The recogniser: a residual network of 29 convolutions on a 150×150 px aligned crop, 128 values wide.
import { GraphBuilder, type ConvolutionOptions } from './graph-builder.js';
import type { OnnxGraph, OnnxValue } from './onnx-schema.js';
import type { QuantisedWeights, WeightTensor } from './quantised-weights.js';

const INPUT_PX = 150;
const WIDTH = 128;
/** The groups of residual blocks in order; a block whose name holds `down` halves the picture. */
const BLOCKS = [
  ...['conv32_1', 'conv32_2', 'conv32_3'],
  ...['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ...['conv128_down', 'conv128_1', 'conv128_2'],
  ...['conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
] as const;

/**
 * Input [batch, 3, 150, 150], RGB as (pixel − (122.782, 117.001, 104.298)) / 255. Output `embedding` [batch, 128]: the mean of
 * the unit-length vectors of the face and of its mirror image, so that its length, 0..1, says how well the two agree.
 * The mirror image doubles the time of a face and was measured to be worth it: see onnx-models/compact/pack.toml.
 */
export function recogniserGraph(weights: QuantisedWeights): OnnxGraph {
  const graph = new GraphBuilder('compact-recogniser', [3, INPUT_PX, INPUT_PX]);
  const layer = (x: OnnxValue, name: string, options: ConvolutionOptions): OnnxValue => {
    const { filters, bias } = foldScale(weights, name);
    return graph.convolution(x, filters, bias, options);
  };

  let x = graph.relu(
    layer(graph.withMirrorImages(graph.input), 'conv32_down', { stride: 2, padding: 'valid' }),
  );
  x = graph.maxPool(x, 3, 2);
  for (const name of BLOCKS) {
    const down = name.includes('down');
    const inner = graph.relu(layer(x, `${name}/conv1`, down ? { stride: 2, padding: 'valid' } : {}));
    const outer = layer(inner, `${name}/conv2`, {});
    x = graph.relu(down ? joinShrunk(graph, outer, graph.averagePool(x, 2, 2)) : graph.sum(outer, x));
  }
  const fc = weights.get('fc', [x.shape[0]!, WIDTH]);
  const raw = graph.dense(graph.globalAverage(x), fc, { shape: [WIDTH], values: new Float32Array(WIDTH) });
  return graph.finish({ embedding: graph.meanOfHalves(graph.unitLength(raw)) });
}

/** Adds the shortcut to a block's result; zeros fill the channels and the bottom and right pixels that one of them lacks. */
function joinShrunk(graph: GraphBuilder, result: OnnxValue, shortcut: OnnxValue): OnnxValue {
  const missing = (axis: number): number => Math.max(0, shortcut.shape[axis]! - result.shape[axis]!);
  const grown = graph.padBehind(result, { height: missing(1), width: missing(2) });
  return graph.sum(grown, graph.padBehind(shortcut, { channels: grown.shape[0]! - shortcut.shape[0]! }));
}

/** The scale layer behind each convolution is a factor and a shift of each channel: part of filters and bias. */
function foldScale(weights: QuantisedWeights, name: string): { filters: WeightTensor; bias: WeightTensor } {
  const filters = weights.get(`${name}/conv/filters`, [-1, -1, -1, -1]);
  const channels = filters.shape[3]!;
  const [bias, factor, shift] = ['conv/bias', 'scale/weights', 'scale/biases'].map(
    (part) => weights.get(`${name}/${part}`, [channels]).values,
  ) as [Float32Array, Float32Array, Float32Array];
  return {
    filters: {
      shape: filters.shape,
      values: filters.values.map((value, i) => value * factor[i % channels]!),
    },
    bias: {
      shape: [channels],
      values: bias.map((value, channel) => value * factor[channel]! + shift[channel]!),
    },
  };
}
