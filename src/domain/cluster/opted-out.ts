// Whether a new face is of somebody who must not be grouped.
import type { Candidate } from './candidates.js';
import { type AssignmentPolicy, rankCandidates } from './ranked-candidate.js';

/** The reason code of a face that was dismissed because its person opted out. */
export const OPTED_OUT = 'opted_out';

/** What is known of the closest such person. */
export interface OptOutLikeness {
  readonly optOutId: string;
  /** Mean cosine similarity to the faces that the person had, -1..1. */
  readonly meanSimilarity: number;
  /** Cosine similarity to their centroid, -1..1. */
  readonly centroidSimilarity: number;
  /** Faces that the person had, >= 1. */
  readonly faceCount: number;
}

/**
 * True when the face would have joined the person's cluster by itself and fits nobody else better. The faces are gone, so their
 * mean similarity stands for the best ones: a doubtful face is rather found than dismissed.
 * @param policy Of linkage: without evidence.
 */
export function isOptedOut(
  likeness: OptOutLikeness,
  others: readonly Candidate[],
  policy: AssignmentPolicy,
): boolean {
  const asCandidate: Candidate = {
    clusterId: likeness.optOutId,
    state: 'confirmed',
    faceCount: likeness.faceCount,
    centroidSimilarity: likeness.centroidSimilarity,
    heldByHuman: true,
    cannotLink: false,
    holdsImage: false,
    similarity: likeness.meanSimilarity,
    topMean: likeness.meanSimilarity,
    exemplarFaceIds: [],
    links: [],
  };
  const [rated] = rankCandidates([asCandidate], policy);
  const [best] = rankCandidates(others, policy);
  return rated!.probability >= policy.point.accept && (best === undefined || rated!.logit >= best.logit);
}
