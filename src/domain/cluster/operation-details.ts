// What explains an operation: kept beside its changes, in the same column.
import type { Rating } from './answer-refit.js';
import type { AssignmentDecision, AssignmentRule, ExclusionReason } from './assignment.js';
import { isOperationKind } from './operation-origin.js';
import type { PlanKind } from './change-plan.js';

/** A candidate as it was when the machine decided: ids and figures. */
export interface RecordedCandidate {
  readonly cluster_id: string;
  /** Absent in what was recorded by early builds. */
  readonly state?: 'pending' | 'confirmed' | 'ignored';
  readonly face_count: number;
  /** Cosines, -1..1: of the nearest member, of the nearest few on average, of the centroid. */
  readonly similarity: number;
  readonly top_mean: number;
  readonly centroid_similarity: number;
  /** c and v, see qel/cluster-statistics.ts; absent where linkage rated. */
  readonly corrected_cosine?: number;
  readonly noise?: number;
  /** Log odds, and the same as a probability, 0..1. */
  readonly logit: number;
  readonly probability: number;
  /** Nearest members. */
  readonly face_ids: readonly string[];
}

/** Why the machine put a face where it did, with the thresholds in force at that time. */
export interface RecordedDecision {
  readonly face_id: string;
  readonly decision: AssignmentDecision['kind'];
  readonly cluster_id: string | null;
  /** Clusters that joined `cluster_id` because of this face. */
  readonly bridges: readonly string[];
  readonly rule: AssignmentRule;
  readonly accept: number;
  readonly ask: number;
  readonly margin_logit: number;
  /** How the log odds came about; absent in what was recorded by early builds: linkage, as the pack had it. */
  readonly rating?: Rating;
  /** Best first. */
  readonly candidates: readonly RecordedCandidate[];
  readonly excluded: readonly { readonly cluster_id: string; readonly why: ExclusionReason }[];
}

/** @param home The cluster that the face came into; null: none. */
export function recordDecision(decision: AssignmentDecision, home: string | null): RecordedDecision {
  const { rule, candidates, excluded, accept, ask, marginLogit, rating } = decision.evidence;
  return {
    face_id: decision.faceId,
    decision: decision.kind,
    cluster_id: home,
    bridges: decision.kind === 'assign' ? decision.bridges : [],
    rule,
    accept,
    ask,
    margin_logit: marginLogit,
    ...(rating === undefined ? {} : { rating }),
    candidates: candidates.map((candidate) => ({
      cluster_id: candidate.clusterId,
      state: candidate.state,
      face_count: candidate.faceCount,
      similarity: candidate.similarity,
      top_mean: candidate.topMean,
      centroid_similarity: candidate.centroidSimilarity,
      ...(candidate.sums === undefined
        ? {}
        : { corrected_cosine: candidate.sums.correctedCosine, noise: candidate.sums.noise }),
      logit: candidate.logit,
      probability: candidate.probability,
      face_ids: candidate.exemplarFaceIds,
    })),
    excluded: excluded.map(({ clusterId, why }) => ({ cluster_id: clusterId, why })),
  };
}

export interface OperationDetails {
  /** Of an `assign`, one for each face of the photo. */
  readonly decisions: readonly RecordedDecision[];
  /** Of a `review_decision`: the answer, and the item that it answered. */
  readonly answer: { readonly decision: string; readonly item_id: string } | null;
  /** Of an `undo`: what it took back. */
  readonly undoes: { readonly id: string; readonly kind: PlanKind } | null;
  /** Of an `undo`: faces that could not go back to where they were. */
  readonly placeless: readonly string[];
}

type Stored = Readonly<Record<string, unknown>>;

export function operationDetails(stored: Stored): OperationDetails {
  const undoes = stored['undoes'] as { readonly id: string; readonly kind: string } | undefined;
  return {
    decisions: (stored['decisions'] as readonly RecordedDecision[] | undefined) ?? [],
    answer: (stored['answer'] as OperationDetails['answer'] | undefined) ?? null,
    placeless: (stored['left'] as { readonly placeless: readonly string[] } | undefined)?.placeless ?? [],
    undoes: undoes && isOperationKind(undoes.kind) ? { id: undoes.id, kind: undoes.kind } : null,
  };
}
