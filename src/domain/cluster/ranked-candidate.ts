// Clusters with their chances for one face, best first: by the linkage of pack.toml, or by evidence where it decides.
import type { Rating } from './answer-refit.js';
import { type Calibration, linkageLogit, sigmoid } from './calibration.js';
import type { Candidate } from './candidates.js';
import { type EvidenceCandidate, rankByEvidence } from './qel/decide-by-evidence.js';
import type { EvidenceCalibration } from './qel/evidence-calibration.js';
import type { OperatingPoint } from './thresholds.js';

export interface AssignmentPolicy {
  readonly point: OperatingPoint;
  readonly calibration: Calibration;
  /** Present where evidence decides about new faces; candidates then carry their sums. */
  readonly evidence?: EvidenceCalibration | undefined;
  /** How its log odds come about; kept with what is decided. */
  readonly rating?: Rating | undefined;
}

/** A candidate with its place in the ranking. */
export interface RankedCandidate {
  readonly clusterId: string;
  readonly state: Candidate['state'];
  readonly heldByHuman: boolean;
  readonly faceCount: number;
  readonly similarity: number;
  readonly topMean: number;
  readonly centroidSimilarity: number;
  /** Log odds that the probe is this person. */
  readonly logit: number;
  /** The same as a probability, 0..1. */
  readonly probability: number;
  readonly exemplarFaceIds: readonly string[];
  /** c and v of evidence; absent where linkage rates. */
  readonly sums?: Candidate['sums'];
}

/** What is known of two clusters that one face fits. */
export interface ClusterPair {
  /** A human's word keeps them apart, or they share a photo. */
  readonly apart: boolean;
  /** Cosine similarity of the centroids, -1..1. */
  readonly centroidSimilarity: number;
  /** By evidence 1 they are one person; absent where linkage rates. */
  readonly onePerson?: boolean;
}

/** Looks up a pair of candidate clusters; the order of the ids does not matter. */
export type PairLookup = (clusterA: string, clusterB: string) => ClusterPair;

/** Rates every candidate that is not excluded, best first. Ties: closer, then held by a human, then by id. */
export function rankCandidates(
  candidates: readonly Candidate[],
  policy: AssignmentPolicy,
): RankedCandidate[] {
  const rated =
    policy.evidence === undefined
      ? candidates.map((candidate) => asRanked(candidate, linkageOf(candidate, policy)))
      : rateByEvidence(candidates, policy.evidence);
  return rated.sort(byRank);
}

function rateByEvidence(candidates: readonly Candidate[], evidence: EvidenceCalibration): RankedCandidate[] {
  const byId = new Map(candidates.map((candidate) => [candidate.clusterId, candidate]));
  return rankByEvidence(evidence, candidates.map(evidenceCandidate)).map((row) =>
    asRanked(byId.get(row.clusterId)!, row.logit),
  );
}

/**
 * A cluster as evidence sees it. What a human's word or the photo excludes was left out before.
 * @throws RangeError for a candidate without sums: it was gathered for linkage.
 */
export function evidenceCandidate(candidate: Candidate): EvidenceCandidate {
  const { clusterId, state, faceCount, links, sums } = candidate;
  if (sums === undefined) throw new RangeError(`cluster ${clusterId} was gathered without its sums`);
  return { clusterId, state, faceCount, links, ...sums, cannotLink: false, samePhotoFaces: 0 };
}

const linkageOf = (candidate: Candidate, { calibration }: AssignmentPolicy): number =>
  linkageLogit(calibration.linkage, {
    best: candidate.similarity,
    topMean: candidate.topMean,
    centroid: candidate.centroidSimilarity,
    faceCount: candidate.faceCount,
  });

function asRanked(candidate: Candidate, logit: number): RankedCandidate {
  return {
    clusterId: candidate.clusterId,
    state: candidate.state,
    heldByHuman: candidate.heldByHuman,
    faceCount: candidate.faceCount,
    similarity: candidate.similarity,
    topMean: candidate.topMean,
    centroidSimilarity: candidate.centroidSimilarity,
    logit,
    probability: sigmoid(logit),
    exemplarFaceIds: candidate.exemplarFaceIds,
    ...(candidate.sums === undefined ? {} : { sums: candidate.sums }),
  };
}

const byRank = (a: RankedCandidate, b: RankedCandidate): number =>
  b.logit - a.logit ||
  b.similarity - a.similarity ||
  Number(b.heldByHuman) - Number(a.heldByHuman) ||
  (a.clusterId < b.clusterId ? -1 : a.clusterId > b.clusterId ? 1 : 0);
