// The landmarker: four dense blocks of separable convolutions that find 68 points in a 112×112 px square around a face.
import { GraphBuilder } from './graph-builder.js';
import type { OnnxGraph, OnnxValue } from './onnx-schema.js';
import type { QuantisedWeights } from './quantised-weights.js';

const INPUT_PX = 112;
const BLOCKS = 4;
const COORDINATES = 136;

/**
 * Input [batch, 3, 112, 112], RGB as (pixel − (122.782, 117.001, 104.298)) / 255. Output `points` [batch, 136]: x and y in
 * turn of the 68 points (iBUG 300-W order) as shares of the square's side.
 */
export function landmarkerGraph(weights: QuantisedWeights): OnnxGraph {
  const graph = new GraphBuilder('compact-landmarker', [3, INPUT_PX, INPUT_PX]);
  const separable = (x: OnnxValue, name: string, stride = 1): OnnxValue => {
    const depthwise = weights.get(`${name}/depthwise_filter`, [3, 3, x.shape[0]!, 1]);
    const pointwise = weights.get(`${name}/pointwise_filter`, [1, 1, x.shape[0]!, -1]);
    const bias = weights.get(`${name}/bias`, [pointwise.shape[3]!]);
    return graph.convolution(graph.depthwise(x, depthwise, undefined, { stride }), pointwise, bias);
  };

  let x = graph.input;
  for (let block = 0; block < BLOCKS; block++) {
    const entry =
      block === 0
        ? graph.convolution(
            x,
            weights.get('dense0/conv0/filters', [3, 3, 3, 32]),
            weights.get('dense0/conv0/bias', [32]),
            { stride: 2 },
          )
        : separable(x, `dense${block}/conv0`, 2);
    // Each further convolution sees the sum of all that were before it.
    let all = graph.relu(entry);
    let seen = all;
    for (let layer = 1; layer <= 3; layer++) {
      all = graph.sum(all, separable(seen, `dense${block}/conv${layer}`));
      seen = graph.relu(all);
    }
    x = seen;
  }
  const pooled = graph.globalAverage(x);
  const fc = weights.get('fc/weights', [pooled.shape[0]!, COORDINATES]);
  return graph.finish({ points: graph.dense(pooled, fc, weights.get('fc/bias', [COORDINATES])) });
}
