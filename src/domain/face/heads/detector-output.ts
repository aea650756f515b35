// What detector heads share: their input is a network's raw outputs, chosen by shape because names differ between exports.

/** One output tensor of a network, row-major. */
export interface NetworkOutput {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Size in px of the canvas that the network saw, padding included. */
export interface CanvasSize {
  readonly width: number;
  readonly height: number;
}

/** Candidates kept before suppression, best first: a photo has fewer faces, and suppression is quadratic. */
export const CANDIDATES_MAX = 1000;

/** Indexes of the scores ≥ `scoreMin`, best first, ties by index, at most `CANDIDATES_MAX`. `stride` and `offset` pick a column. */
export function bestCandidates(scores: Float32Array, scoreMin: number, stride = 1, offset = 0): number[] {
  const chosen: number[] = [];
  for (let at = offset, index = 0; at < scores.length; at += stride, index++) {
    if (scores[at]! >= scoreMin) chosen.push(index);
  }
  chosen.sort((a, b) => scores[b * stride + offset]! - scores[a * stride + offset]! || a - b);
  return chosen.slice(0, CANDIDATES_MAX);
}

/** Last dimension of an output: 4 = boxes, 10 = landmarks, 1 or 2 = scores. */
export function lastDimension(output: NetworkOutput): number {
  return output.dims[output.dims.length - 1] ?? 0;
}
