// The sufficient statistics of a group of faces, and the two figures that stage 1 and stage 2 draw from a pair of them.
import type { FaceWeight } from './face-weight.js';

export interface ClusterStatistics {
  /** S = Σ w·x, as wide as the space. */
  readonly sum: Float32Array;
  /** W = Σ w */
  weight: number;
  /** L = Σ λ */
  precision: number;
  /** n, faces */
  count: number;
}

export function emptyStatistics(width: number): ClusterStatistics {
  return { sum: new Float32Array(width), weight: 0, precision: 0, count: 0 };
}

/** Adds one face in place. Callers add in the order of content hashes, so that equal sets have equal bits. */
export function addFace(statistics: ClusterStatistics, embedding: Float32Array, face: FaceWeight): void {
  const { sum } = statistics;
  for (let i = 0; i < sum.length; i++) sum[i]! += face.weight * embedding[i]!;
  statistics.weight += face.weight;
  statistics.precision += face.precision;
  statistics.count++;
}

/** Takes one face out in place: what a member is judged by is its cluster without it. */
export function removeFace(statistics: ClusterStatistics, embedding: Float32Array, face: FaceWeight): void {
  const { sum } = statistics;
  for (let i = 0; i < sum.length; i++) sum[i]! -= face.weight * embedding[i]!;
  statistics.weight -= face.weight;
  statistics.precision -= face.precision;
  statistics.count--;
}

/** Adds `other` to `statistics` in place. */
export function addStatistics(statistics: ClusterStatistics, other: ClusterStatistics): void {
  const { sum } = statistics;
  const added = other.sum;
  for (let i = 0; i < sum.length; i++) sum[i]! += added[i]!;
  statistics.weight += other.weight;
  statistics.precision += other.precision;
  statistics.count += other.count;
}

export function copyStatistics(statistics: ClusterStatistics): ClusterStatistics {
  return { ...statistics, sum: statistics.sum.slice() };
}

/** Dot product; four sums at once, because one would wait for each addition. */
export function dot(a: Float32Array, b: Float32Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const even = a.length & ~3;
  for (let i = 0; i < even; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = even; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + s2 + s3;
}

/**
 * c: the cosine of two groups' true means, as far as the data tell: 1 for one person, 0 for two, whatever their quality and
 * size. The impostor mean δ and the attenuation by noise are taken out.
 */
export function correctedCosine(a: ClusterStatistics, b: ClusterStatistics, impostorMean: number): number {
  return correctedCosineOf(dot(a.sum, b.sum), a, b, impostorMean);
}

type Weighed = Pick<ClusterStatistics, 'weight' | 'precision'>;

/** The same from the product of the two sums. */
export function correctedCosineOf(product: number, a: Weighed, b: Weighed, impostorMean: number): number {
  const shared = product - impostorMean * a.weight * b.weight;
  return shared / ((1 - impostorMean) * a.precision * b.precision);
}

/** v: how noisy c is; small for many clear faces. */
export function cosineNoise(a: Pick<Weighed, 'precision'>, b: Pick<Weighed, 'precision'>): number {
  return 1 / a.precision + 1 / b.precision + 1 / (a.precision * b.precision);
}
