// Which of the faces that are known in a picture another detector has found again.
import { type Box, intersectionOverUnion } from '../geometry/box.js';

/** Intersection over union from which two boxes in one picture are one face, 0..1. Suppression leaves no two so close. */
export const SAME_FACE_OVERLAP_MIN = 0.5;

/**
 * Pairs known and found boxes, the best overlap first; each has one partner at most.
 * @returns For each found box the place of its partner in `known`, or null. Equal overlaps go by place.
 */
export function matchBoxes(known: readonly Box[], found: readonly Box[]): (number | null)[] {
  const pairs = found.flatMap((box, at) =>
    known.map((other, of) => ({ at, of, overlap: intersectionOverUnion(other, box) })),
  );
  const partners: (number | null)[] = found.map(() => null);
  const taken = new Set<number>();
  pairs.sort((a, b) => b.overlap - a.overlap || a.of - b.of || a.at - b.at);
  for (const { at, of, overlap } of pairs) {
    if (overlap < SAME_FACE_OVERLAP_MIN) break;
    if (partners[at] !== null || taken.has(of)) continue;
    partners[at] = of;
    taken.add(of);
  }
  return partners;
}
