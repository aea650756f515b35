// Non-maximum suppression: of detections that overlap, only the one with the highest score stays.
import { intersectionOverUnion, type Box } from '../geometry/box.js';

/**
 * Keeps the best of every group of overlapping boxes, highest score first; equal scores keep their order.
 * @param overlapMax Intersection over union, 0..1, above which the lower one goes.
 */
export function suppressOverlaps<T extends { readonly box: Box; readonly score: number }>(
  detections: readonly T[],
  overlapMax: number,
): T[] {
  const kept: T[] = [];
  for (const candidate of [...detections].sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => intersectionOverUnion(other.box, candidate.box) <= overlapMax))
      kept.push(candidate);
  }
  return kept;
}
