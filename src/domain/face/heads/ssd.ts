// The compact detector (SSD-MobileNet): boxes and scores of 5,118 anchors, decoded in its graph; no landmarks.
import type { Box } from '../../geometry/box.js';
import { bestCandidates, lastDimension, type CanvasSize, type NetworkOutput } from './detector-output.js';

/** What this head finds: a landmarker has to complete it to a Detection. */
export interface ScoredBox {
  readonly box: Box;
  /** 0..1. */
  readonly score: number;
}

/**
 * Boxes with score ≥ `scoreMin`, best first, before suppression, in px of the canvas; clipped to it, because the network
 * sees nothing beyond. Outputs are [1, rows, 4]: x1, y1, x2, y2 as shares of the canvas sides, and [1, rows, 1]: scores.
 * Boxes without area are left out. Throws RangeError when an output is missing or the numbers of rows differ.
 */
export function decodeSsd(
  outputs: readonly NetworkOutput[],
  canvas: CanvasSize,
  scoreMin: number,
): ScoredBox[] {
  const boxes = outputs.find((output) => lastDimension(output) === 4);
  const scores = outputs.find((output) => lastDimension(output) === 1);
  if (!boxes || !scores || boxes.data.length !== scores.data.length * 4) {
    throw new RangeError('the SSD head gave no rows of 4 values with as many scores');
  }
  const corner = (row: number, column: number, side: number): number =>
    Math.min(1, Math.max(0, boxes.data[row * 4 + column]!)) * side;
  return bestCandidates(scores.data, scoreMin)
    .map((row) => ({
      box: {
        x1: corner(row, 0, canvas.width),
        y1: corner(row, 1, canvas.height),
        x2: corner(row, 2, canvas.width),
        y2: corner(row, 3, canvas.height),
      },
      score: scores.data[row]!,
    }))
    .filter(({ box }) => box.x2 > box.x1 && box.y2 > box.y1);
}
