// Review items: open questions with their evidence. Evidence holds ids, similarities and probabilities in the snake_case of
// the API, because it is stored and answered as it stands; never an embedding.
import type { Rating } from '../cluster/answer-refit.js';
import type { AssignmentEvidence } from '../cluster/assignment.js';
import type { RankedCandidate } from '../cluster/ranked-candidate.js';

export const REVIEW_KINDS = [
  'new_cluster',
  'uncertain_assignment',
  'merge_suggestion',
  'split_suggestion',
  'same_image_conflict',
  'suspect_face',
  'duplicate_image',
  'constraint_conflict',
] as const;
export type ReviewKind = (typeof REVIEW_KINDS)[number];

export const OPEN_REVIEW_STATES = ['open', 'claimed'] as const;

/** One open item per kind and subject. */
export const newClusterSubject = (clusterId: string): string => `cluster:${clusterId}`;
export const uncertainAssignmentSubject = (faceId: string): string => `face:${faceId}`;

export interface NearbyCluster {
  readonly cluster_id: string;
  readonly similarity: number;
  readonly probability: number;
}

export interface NewClusterEvidence {
  /** Faces shown, clearest first; `confirm` locks exactly these. */
  readonly face_ids: readonly string[];
  /** Faces of the cluster when the evidence was gathered. */
  readonly face_count: number;
  /** Up to three clusters that came closest. */
  readonly nearest: readonly NearbyCluster[];
}

export interface OfferedCluster extends NearbyCluster {
  readonly top_mean: number;
  readonly centroid_similarity: number;
  /** Log odds. */
  readonly logit: number;
  readonly face_count: number;
  /** Examples shown; a rejection is anchored in exactly these. */
  readonly face_ids: readonly string[];
}

export interface UncertainAssignmentEvidence {
  readonly face_id: string;
  /** The provisional cluster that the face founded. */
  readonly own_cluster_id: string;
  readonly rule: string;
  /** Best first; never empty. */
  readonly candidates: readonly OfferedCluster[];
  readonly accept: number;
  readonly ask: number;
  readonly margin_logit: number;
  /** How the log odds came about; absent in items of early builds. */
  readonly rating?: Rating;
}

export function offerCluster(candidate: RankedCandidate): OfferedCluster {
  return {
    cluster_id: candidate.clusterId,
    similarity: candidate.similarity,
    probability: candidate.probability,
    top_mean: candidate.topMean,
    centroid_similarity: candidate.centroidSimilarity,
    logit: candidate.logit,
    face_count: candidate.faceCount,
    face_ids: candidate.exemplarFaceIds,
  };
}

/** Evidence of an `ask` decision. */
export function uncertainAssignmentEvidence(
  faceId: string,
  ownClusterId: string,
  offered: readonly RankedCandidate[],
  evidence: AssignmentEvidence,
): UncertainAssignmentEvidence {
  return {
    face_id: faceId,
    own_cluster_id: ownClusterId,
    rule: evidence.rule,
    candidates: offered.map(offerCluster),
    accept: evidence.accept,
    ask: evidence.ask,
    margin_logit: evidence.marginLogit,
    ...(evidence.rating === undefined ? {} : { rating: evidence.rating }),
  };
}

/** Faces that the subject had when a human closed this question without a change; null when nothing silences it. */
export function settledFaceCount(
  last: {
    readonly state: string;
    readonly outcome: Readonly<Record<string, unknown>> | null;
  } | null,
): number | null {
  const count = last?.outcome?.['face_count'];
  return typeof count === 'number' ? count : null;
}

/**
 * Whether a cluster without any match is worth a question.
 * @param dismissedAt Faces that it had when the same question was last dismissed; null when it never was.
 */
export function isWorthAsking(
  faceCount: number,
  reviewFacesMin: number,
  dismissedAt: number | null,
  askAgainGrowth: number,
): boolean {
  if (faceCount < reviewFacesMin) return false;
  return dismissedAt === null || faceCount >= dismissedAt * askAgainGrowth;
}
