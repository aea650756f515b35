// SCRFD with key points: anchor-free distances at strides 8, 16, 32, two anchors a cell (Guo et al., arXiv 2105.04714).
import type { Landmarks5, Point } from '../../geometry/landmarks.js';
import type { Detection } from '../detection.js';
import {
  bestCandidates,
  CANDIDATES_MAX,
  lastDimension,
  type CanvasSize,
  type NetworkOutput,
} from './detector-output.js';

const STRIDES = [8, 16, 32] as const;
const ANCHORS_PER_CELL = 2;

/**
 * Detections with score ≥ `scoreMin`, best first, before suppression, in px of the canvas.
 * Nine outputs, three a stride, [rows, 1 | 4 | 10] (a leading batch dimension of 1 is allowed), told apart by their last
 * dimension and number of rows. Throws RangeError when one is missing.
 */
export function decodeScrfd(
  outputs: readonly NetworkOutput[],
  canvas: CanvasSize,
  scoreMin: number,
): Detection[] {
  return STRIDES.flatMap((stride) => decodeStride(outputs, canvas, stride, scoreMin))
    .sort((a, b) => b.score - a.score)
    .slice(0, CANDIDATES_MAX);
}

function decodeStride(
  outputs: readonly NetworkOutput[],
  canvas: CanvasSize,
  stride: number,
  scoreMin: number,
): Detection[] {
  const columns = Math.ceil(canvas.width / stride);
  const rows = columns * Math.ceil(canvas.height / stride) * ANCHORS_PER_CELL;
  const [scores, boxes, points] = [1, 4, 10].map((width) => {
    const output = outputs.find((o) => lastDimension(o) === width && o.data.length === rows * width);
    if (!output)
      throw new RangeError(`SCRFD gave no output of ${rows} rows of ${width} values at stride ${stride}`);
    return output.data;
  }) as [Float32Array, Float32Array, Float32Array];
  return bestCandidates(scores, scoreMin).map((row) => {
    const cell = Math.floor(row / ANCHORS_PER_CELL);
    const x = (cell % columns) * stride;
    const y = Math.floor(cell / columns) * stride;
    const point = (n: number): Point => ({
      x: x + points[row * 10 + n * 2]! * stride,
      y: y + points[row * 10 + n * 2 + 1]! * stride,
    });
    const landmarks: Landmarks5 = [point(0), point(1), point(2), point(3), point(4)];
    return {
      box: {
        x1: x - boxes[row * 4]! * stride,
        y1: y - boxes[row * 4 + 1]! * stride,
        x2: x + boxes[row * 4 + 2]! * stride,
        y2: y + boxes[row * 4 + 3]! * stride,
      },
      landmarks,
      score: scores[row]!,
    };
  });
}
