// How well a space tells two people apart, pair by pair: at each cosine the share of pairs of one person that are accepted, and of
// pairs of two people.
import type { LabelledFaces } from './synthetic-faces.js';

export interface PairPoint {
  /** Cosine from which a pair counts as one person. */
  readonly similarity: number;
  /** Shares 0..1 of the pairs of two people, and of those of one, that are accepted. */
  readonly falseAccepts: number;
  readonly trueAccepts: number;
}

export interface PairCurve {
  readonly samePairs: number;
  readonly otherPairs: number;
  /** Where the two kinds of error are equal, 0..1. */
  readonly equalError: number;
  /** By falling cosine, at most 200 points, evenly spread over the false accepts on a logarithmic scale. */
  readonly points: readonly PairPoint[];
}

const POINTS = 200;

/** All pairs of faces that show somebody. @returns null when there are no pairs of either kind. */
export function pairCurve(faces: LabelledFaces): PairCurve | null {
  const same: number[] = [];
  const other: number[] = [];
  const { count, width, embeddings } = faces;
  for (let a = 0; a < count; a++) {
    if (faces.kinds[a] === 'unrecognisable') continue;
    for (let b = a + 1; b < count; b++) {
      if (faces.kinds[b] === 'unrecognisable') continue;
      let cosine = 0;
      for (let i = 0; i < width; i++) cosine += embeddings[a * width + i]! * embeddings[b * width + i]!;
      (faces.people[a] === faces.people[b] ? same : other).push(cosine);
    }
  }
  if (same.length === 0 || other.length === 0) return null;
  const falling = (values: number[]): Float64Array => Float64Array.from(values).sort().reverse();
  const [sames, others] = [falling(same), falling(other)];
  const points: PairPoint[] = [];
  let accepted = 0;
  let equalError = 1;
  let gap = Infinity;
  let last = -1;
  for (let k = 0; k <= POINTS; k++) {
    const rank = Math.min(others.length - 1, Math.round(others.length ** (k / POINTS)) - 1);
    if (rank === last) continue;
    last = rank;
    const similarity = others[rank]!;
    while (accepted < sames.length && sames[accepted]! >= similarity) accepted++;
    const falseAccepts = (rank + 1) / others.length;
    const trueAccepts = accepted / sames.length;
    points.push({ similarity, falseAccepts, trueAccepts });
    const difference = Math.abs(falseAccepts - (1 - trueAccepts));
    if (difference < gap) {
      gap = difference;
      equalError = (falseAccepts + 1 - trueAccepts) / 2;
    }
  }
  return { samePairs: same.length, otherPairs: other.length, equalError, points };
}
