// The 68 points of a face in the order of iBUG 300-W, and what Kindred takes from them.
import type { Box } from '../geometry/box.js';
import { boxHeight, boxWidth } from '../geometry/box.js';
import type { Landmarks5, Point } from '../geometry/landmarks.js';
import type { SimilarityTransform } from '../geometry/similarity-transform.js';
import type { Turn } from '../geometry/turn.js';

export const LANDMARKS_68 = 68;

/** Runs of points that a mirror image shows in the opposite order: [first, last] of a run and of the run it becomes. */
const MIRRORED_RUNS = [
  [0, 16, 0, 16], // jaw
  [17, 21, 22, 26], // brows
  [31, 35, 31, 35], // nostrils
  [36, 39, 42, 45], // upper lids
  [40, 41, 46, 47], // lower lids
  [48, 54, 48, 54], // upper lip, outside
  [55, 59, 55, 59], // lower lip, outside
  [60, 64, 60, 64], // upper lip, inside
  [65, 67, 65, 67], // lower lip, inside
] as const;

/** For each point the one that it becomes in a mirror image; the bridge of the nose stays. */
export const MIRROR_68: readonly number[] = mirrorIndexes();

function mirrorIndexes(): number[] {
  const indexes = Array.from({ length: LANDMARKS_68 }, (_, i) => i);
  for (const [first, last, mirroredFirst, mirroredLast] of MIRRORED_RUNS) {
    for (let i = 0; i <= last - first; i++) {
      indexes[first + i] = mirroredLast - i;
      indexes[mirroredFirst + i] = last - i;
    }
  }
  return indexes;
}

/** Eye centres, nose tip and mouth corners; left and right as seen in the image. */
export function landmarks5From68(points: readonly Point[]): Landmarks5 {
  return [mean(points.slice(36, 42)), mean(points.slice(42, 48)), points[30]!, points[48]!, points[54]!];
}

/**
 * How far the points of a crop and those of its mirror image are from saying the same, root mean square, in the unit of the
 * points. @param mirrored Points found in the mirror image. @param side Width of the crop in the same unit.
 */
export function mirrorDisagreement(
  points: readonly Point[],
  mirrored: readonly Point[],
  side: number,
): number {
  let squares = 0;
  points.forEach((point, i) => {
    const other = mirrored[MIRROR_68[i]!]!;
    squares += (point.x + other.x - side) ** 2 + (point.y - other.y) ** 2;
  });
  return Math.sqrt(squares / points.length);
}

/**
 * Moves the square around a box (same centre, side = the longer side of the box, at least 1 px) onto a crop of `sizePx` px that
 * shows it turned clockwise. Coordinates are pixel edges: the left edge of the first pixel is 0.
 */
export function squareAround(box: Box, sizePx: number, turn: Turn): SimilarityTransform {
  const scale = sizePx / Math.max(1, boxWidth(box), boxHeight(box));
  const a = turn === 0 ? scale : turn === 180 ? -scale : 0;
  const b = turn === 90 ? scale : turn === 270 ? -scale : 0;
  const x = (box.x1 + box.x2) / 2;
  const y = (box.y1 + box.y2) / 2;
  return { a, b, tx: sizePx / 2 - a * x + b * y, ty: sizePx / 2 - b * x - a * y };
}

/** The same transform for coordinates in which whole numbers are pixel centres, as warps want it. */
export function betweenPixelCentres({ a, b, tx, ty }: SimilarityTransform): SimilarityTransform {
  return { a, b, tx: tx + (a - b) / 2 - 0.5, ty: ty + (b + a) / 2 - 0.5 };
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
  return { x: sum.x / points.length, y: sum.y / points.length };
}
