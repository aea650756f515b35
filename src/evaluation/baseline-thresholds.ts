// Which thresholds the baselines are tuned over in a space of unknown scale: cosines that pairs of one person of this very set have.
import type { LabelledSet } from '../domain/evaluation/labelled-set.js';

/** Shares (0..1) of the pairs of one person under each threshold: dense where good thresholds lie, at the lower end. */
const SHARES = [
  0, 0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.09, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4,
  0.5,
];

/** @returns Ascending, without repetition; from the set's lowest link on. */
export function baselineThresholds({ faces, graph }: LabelledSet): number[] {
  const ofOne: number[] = [];
  for (let face = 0; face < faces.count; face++) {
    for (let at = graph.offsets[face]!; at < graph.offsets[face + 1]!; at++) {
      if (faces.people[face] === faces.people[graph.neighbours[at]!]) ofOne.push(graph.similarities[at]!);
    }
  }
  ofOne.sort((a, b) => a - b);
  const at = (share: number): number => ofOne[Math.floor(share * (ofOne.length - 1))] ?? 1;
  return [...new Set(SHARES.map((share) => Math.round(1000 * at(share)) / 1000))];
}
