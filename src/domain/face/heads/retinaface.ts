// RetinaFace: 2 prior boxes a cell at strides 8, 16, 32 (Deng et al., arXiv 1905.00641; figures of the common PyTorch export).
import type { Landmarks5, Point } from '../../geometry/landmarks.js';
import type { Detection } from '../detection.js';
import { bestCandidates, lastDimension, type CanvasSize, type NetworkOutput } from './detector-output.js';

const STEPS = [
  { stride: 8, sizes: [16, 32] },
  { stride: 16, sizes: [64, 128] },
  { stride: 32, sizes: [256, 512] },
] as const;
const VARIANCE_CENTRE = 0.1;
const VARIANCE_SIZE = 0.2;

/** Prior boxes of a canvas, [centre x, centre y, size] in px each, in the order of the network's rows. */
export function retinafacePriors({ width, height }: CanvasSize): Float32Array {
  const priors = new Float32Array(retinafacePriorCount({ width, height }) * 3);
  let at = 0;
  for (const { stride, sizes } of STEPS) {
    for (let y = 0; y < Math.ceil(height / stride); y++) {
      for (let x = 0; x < Math.ceil(width / stride); x++) {
        for (const size of sizes) {
          priors[at++] = (x + 0.5) * stride;
          priors[at++] = (y + 0.5) * stride;
          priors[at++] = size;
        }
      }
    }
  }
  return priors;
}

export function retinafacePriorCount({ width, height }: CanvasSize): number {
  return STEPS.reduce(
    (sum, { stride, sizes }) => sum + Math.ceil(width / stride) * Math.ceil(height / stride) * sizes.length,
    0,
  );
}

/**
 * Detections with score ≥ `scoreMin`, best first, before suppression, in px of the canvas.
 * Outputs are [1, rows, 4 | 2 | 10]: box offsets, softmaxed (no face, face), landmark offsets. Batch 1.
 * Throws RangeError when an output is missing or has another number of rows than the canvas has priors.
 */
export function decodeRetinaface(
  outputs: readonly NetworkOutput[],
  priors: Float32Array,
  scoreMin: number,
): Detection[] {
  const rows = priors.length / 3;
  const [boxes, scores, points] = [4, 2, 10].map((width) => {
    const output = outputs.find((o) => lastDimension(o) === width && o.data.length === rows * width);
    if (!output) throw new RangeError(`RetinaFace gave no output of ${rows} rows of ${width} values`);
    return output.data;
  }) as [Float32Array, Float32Array, Float32Array];
  return bestCandidates(scores, scoreMin, 2, 1).map((row) => {
    const priorX = priors[row * 3]!;
    const priorY = priors[row * 3 + 1]!;
    const size = priors[row * 3 + 2]!;
    const centreX = priorX + boxes[row * 4]! * VARIANCE_CENTRE * size;
    const centreY = priorY + boxes[row * 4 + 1]! * VARIANCE_CENTRE * size;
    const halfWidth = (size * Math.exp(boxes[row * 4 + 2]! * VARIANCE_SIZE)) / 2;
    const halfHeight = (size * Math.exp(boxes[row * 4 + 3]! * VARIANCE_SIZE)) / 2;
    const point = (n: number): Point => ({
      x: priorX + points[row * 10 + n * 2]! * VARIANCE_CENTRE * size,
      y: priorY + points[row * 10 + n * 2 + 1]! * VARIANCE_CENTRE * size,
    });
    const landmarks: Landmarks5 = [point(0), point(1), point(2), point(3), point(4)];
    return {
      box: {
        x1: centreX - halfWidth,
        y1: centreY - halfHeight,
        x2: centreX + halfWidth,
        y2: centreY + halfHeight,
      },
      landmarks,
      score: scores[row * 2 + 1]!,
    };
  });
}
