// Evidence 2: a logistic on the corrected cosine, the five best links between representatives, and the sizes. It decides
// what stage 1 leaves open, and it is the probability that ingest and the review queue go by.
import { type EvidenceCalibration, LINKAGE_FEATURES } from './evidence-calibration.js';
import { type ClusterStatistics, correctedCosine, cosineNoise } from './cluster-statistics.js';
import { BEST_LINKS, type BestLinks } from './best-links.js';
import { gainOf } from './face-weight.js';

/** Beyond these many faces a larger group says nothing new: no larger one weighs more in the features. */
const PAIR_SIZE_MAX = 192;
const SMALLER_SIZE_MAX = 64;

/** What evidence 2 saw; the explanation of a decision. */
export interface LinkageFigures {
  /** c: corrected cosine, 1 for one person, 0 for two. */
  readonly correctedCosine: number;
  /** v: its noise. */
  readonly noise: number;
  /** t5: mean of the five best links (of all, where fewer are possible), cosine. */
  readonly topMean: number;
  /** t1: the best link, cosine. */
  readonly best: number;
  readonly logit: number;
}

/** What the sums of two groups say. */
export interface PairOfSums {
  /** c and v, see cluster-statistics.ts. */
  readonly correctedCosine: number;
  readonly noise: number;
  /** Faces of each, >= 1. */
  readonly countA: number;
  readonly countB: number;
}

/** @param links The best links between the two groups, closest first. */
export function linkageEvidence(
  calibration: EvidenceCalibration,
  a: ClusterStatistics,
  b: ClusterStatistics,
  links: BestLinks,
): LinkageFigures {
  const sums: PairOfSums = {
    correctedCosine: correctedCosine(a, b, calibration.impostorMean),
    noise: cosineNoise(a, b),
    countA: a.count,
    countB: b.count,
  };
  return ratePair(calibration, sums, links);
}

/**
 * The same where the sums were made elsewhere.
 *
 * [Note: Nothing beyond one person] The logistic has squares in it, and was fitted on different photos: beyond what these reach, its
 * squares turn, and one photo sent twice would be two people. So nothing counts for more than what it means: c from 0, two people, to
 * 1, one person; a link up to what two of the clearest faces of one person have on average. The figures are told as they are.
 */
export function ratePair(
  calibration: EvidenceCalibration,
  { correctedCosine: c, noise: v, countA, countB }: PairOfSums,
  links: BestLinks,
): LinkageFigures {
  const missing = calibration.links.missingSimilarity;
  const best = links[0] ?? missing;
  const possible = Math.min(BEST_LINKS, countA * countB);
  let sum = 0;
  for (let i = 0; i < possible; i++) sum += links[i] ?? missing;
  const topMean = sum / possible;
  const linkMax = clearestLink(calibration);
  const logit = linkageLogit(
    calibration.linkage,
    Math.min(1, Math.max(0, c)),
    v,
    Math.min(topMean, linkMax),
    Math.min(best, linkMax),
    countA,
    countB,
  );
  return { correctedCosine: c, noise: v, topMean, best, logit };
}

/** Cosine that two faces of one person have on average where both are as clear as can be. */
export function clearestLink({ gain, impostorMean }: EvidenceCalibration): number {
  const clearest = gainOf(gain, 1);
  return impostorMean + (1 - impostorMean) * clearest * clearest;
}

/** Writes the features into `into`: constants bring them to comparable size, so that one ridge fits all weights. */
export function linkageFeatures(
  c: number,
  v: number,
  topMean: number,
  best: number,
  countA: number,
  countB: number,
  into: Float64Array = new Float64Array(LINKAGE_FEATURES),
): Float64Array {
  const logPair = Math.log(Math.min(countA, PAIR_SIZE_MAX) * Math.min(countB, PAIR_SIZE_MAX));
  const logSmaller = Math.log(Math.min(countA, countB, SMALLER_SIZE_MAX));
  into[0] = 1;
  into[1] = c;
  into[2] = topMean;
  into[3] = best;
  into[4] = logPair * 0.2;
  into[5] = c * topMean * 3;
  into[6] = topMean * logPair * 0.3;
  into[7] = c * logSmaller * 0.5;
  into[8] = Math.sqrt(v) * 0.3;
  into[9] = c * c;
  into[10] = topMean * topMean * 3;
  into[11] = logSmaller * 0.3;
  return into;
}

const scratch = new Float64Array(LINKAGE_FEATURES);

function linkageLogit(
  weights: Float64Array,
  c: number,
  v: number,
  topMean: number,
  best: number,
  countA: number,
  countB: number,
): number {
  linkageFeatures(c, v, topMean, best, countA, countB, scratch);
  let logit = 0;
  for (let i = 0; i < LINKAGE_FEATURES; i++) logit += weights[i]! * scratch[i]!;
  return logit;
}
