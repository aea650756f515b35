// The detector: MobileNet-v1 with six box predictors (SSD) on 512×512 px, boxes decoded in the graph.
import { GraphBuilder, type ConvolutionOptions } from './graph-builder.js';
import type { OnnxGraph, OnnxValue } from './onnx-schema.js';
import type { QuantisedWeights, WeightTensor } from './quantised-weights.js';

const INPUT_PX = 512;
/** Layers of MobileNet-v1 that halve the picture; layer 0, an ordinary convolution, does too. */
const HALVING_LAYERS: readonly number[] = [2, 4, 6, 12];
const LAYERS = 13;
const BATCH_NORM_EPSILON = 0.001;
/** Anchors of all six predictors; classes: background, face, one that was never trained. */
const ANCHORS = 5118;
const CLASSES = 3;
/** What the box encoding was divided by in training: 10 for the centre, 5 for the logarithm of the size. */
const CENTRE_SCALE = 10;
const SIZE_SCALE = 5;

/**
 * Input [batch, 3, 512, 512], RGB as pixel / 127.5 − 1. Outputs `boxes` [batch, 5118, 4]: x1, y1, x2, y2 as shares of
 * the canvas side, and `scores` [batch, 5118, 1], 0..1.
 */
export function detectorGraph(weights: QuantisedWeights): OnnxGraph {
  const graph = new GraphBuilder('compact-detector', [3, INPUT_PX, INPUT_PX]);
  const pointwise = (x: OnnxValue, name: string, options?: ConvolutionOptions): OnnxValue => {
    const filters = weights.get(`${name}/weights`, [-1, -1, -1, -1]);
    const bias = weights.get(`${name}/convolution_bn_offset`, [filters.shape[3]!]);
    return graph.relu6(graph.convolution(x, filters, bias, options));
  };

  const features: OnnxValue[] = [];
  let x = pointwise(graph.input, 'MobilenetV1/Conv2d_0_pointwise', { stride: 2 });
  for (let layer = 1; layer <= LAYERS; layer++) {
    const { filters, bias } = foldBatchNorm(weights, `MobilenetV1/Conv2d_${layer}_depthwise`);
    x = graph.relu6(graph.depthwise(x, filters, bias, { stride: HALVING_LAYERS.includes(layer) ? 2 : 1 }));
    x = pointwise(x, `MobilenetV1/Conv2d_${layer}_pointwise`);
    if (layer === 11 || layer === LAYERS) features.push(x);
  }
  for (let layer = 0; layer < 8; layer++) {
    const halves = layer % 2 === 1;
    x = pointwise(x, `Prediction/Conv2d_${layer}_pointwise`, { stride: halves ? 2 : 1 });
    if (halves) features.push(x);
  }

  const predictions = features.map((feature, index) => predict(graph, weights, feature, index));
  const encodings = graph.concatenateRows(predictions.map(({ boxes }) => boxes));
  const classes = graph.concatenateRows(predictions.map(({ classes: scores }) => scores));
  const boxes = decodeBoxes(graph, encodings, weights.get('Output/extra_dim', [1, ANCHORS, 4]));
  return graph.finish({ boxes, scores: graph.sigmoid(graph.columns(classes, 1, 2)) });
}

function predict(
  graph: GraphBuilder,
  weights: QuantisedWeights,
  feature: OnnxValue,
  index: number,
): { boxes: OnnxValue; classes: OnnxValue } {
  const branch = (name: string, columns: number): OnnxValue => {
    const filters = weights.get(`Prediction/BoxPredictor_${index}/${name}/weights`, [
      1,
      1,
      feature.shape[0]!,
      -1,
    ]);
    const bias = weights.get(`Prediction/BoxPredictor_${index}/${name}/biases`, [filters.shape[3]!]);
    return graph.rows(graph.convolution(feature, filters, bias), columns);
  };
  return { boxes: branch('BoxEncodingPredictor', 4), classes: branch('ClassPredictor', CLASSES) };
}

/** Batch normalisation after a depthwise convolution is a factor and a shift of each channel: part of filters and bias. */
function foldBatchNorm(
  weights: QuantisedWeights,
  name: string,
): { filters: WeightTensor; bias: WeightTensor } {
  const filters = weights.get(`${name}/depthwise_weights`, [3, 3, -1, 1]);
  const channels = filters.shape[2]!;
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(
    (part) => weights.get(`${name}/BatchNorm/${part}`, [channels]).values,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const factor = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + BATCH_NORM_EPSILON));
  return {
    filters: {
      shape: filters.shape,
      values: filters.values.map((value, i) => value * factor[i % channels]!),
    },
    bias: {
      shape: [channels],
      values: beta.map((value, channel) => value - mean[channel]! * factor[channel]!),
    },
  };
}

/** @param encodings Rows of y, x, height, width relative to their anchor. @param anchors Rows of y1, x1, y2, x2, 0..1. */
function decodeBoxes(graph: GraphBuilder, encodings: OnnxValue, anchors: WeightTensor): OnnxValue {
  const anchor = (row: number, column: number): number => anchors.values[row * 4 + column]!;
  const perAnchor = (value: (row: number) => number): Float32Array =>
    Float32Array.from({ length: ANCHORS }, (_, row) => value(row));
  const axis = (column: 0 | 1): { low: OnnxValue; high: OnnxValue } => {
    const size = (row: number): number => anchor(row, column + 2) - anchor(row, column);
    const centre = (row: number): number => (anchor(row, column) + anchor(row, column + 2)) / 2;
    const shift = graph.multiplyBy(
      graph.columns(encodings, column, column + 1),
      perAnchor((row) => size(row) / CENTRE_SCALE),
    );
    const middle = graph.plus(shift, perAnchor(centre));
    const growth = graph.multiplyBy(
      graph.columns(encodings, column + 2, column + 3),
      Float32Array.of(1 / SIZE_SCALE),
    );
    const half = graph.multiplyBy(
      graph.exponential(growth),
      perAnchor((row) => size(row) / 2),
    );
    return { low: graph.subtract(middle, half), high: graph.sum(middle, half) };
  };
  const vertical = axis(0);
  const horizontal = axis(1);
  return graph.concatenateColumns([horizontal.low, vertical.low, horizontal.high, vertical.high]);
}
