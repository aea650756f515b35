// "Who is right, the machine or the earlier human?": whether a proposal contradicts what a human decided, and the question.
// Whoever proposes (import, consolidation, migration) asks here before it applies anything.
import type { Change } from '../cluster/change-plan.js';
import type { ClusterFacts, FaceFacts } from '../cluster/cluster-facts.js';
import { blockingConstraints, type Constraint, tyingConstraints } from '../cluster/constraints.js';
import { reviewPriority } from './priority.js';

/** Faces are to go somewhere else. */
export interface MoveProposal {
  readonly do: 'move';
  readonly faces: readonly FaceFacts[];
  /** Where they are; null: they belong to nobody. */
  readonly source: ClusterFacts | null;
  /** Where they are to go; null: to a new cluster with the label. */
  readonly target: ClusterFacts | null;
  readonly label: string | null;
}

/** Two clusters are to become one. */
export interface MergeProposal {
  readonly do: 'merge';
  readonly source: ClusterFacts;
  readonly target: ClusterFacts;
}

export type Proposal = MoveProposal | MergeProposal;
export type Proposer = 'import' | 'consolidation' | 'migration';

/** The human decisions that a proposal contradicts. */
export interface Standing {
  /** By id. */
  readonly constraints: readonly Constraint[];
  /** Faces that a human put where they are, and that would leave; by id. */
  readonly lockedFaceIds: readonly string[];
}

export interface ConstraintConflictEvidence {
  readonly proposal: {
    readonly by: Proposer;
    readonly do: Proposal['do'];
    readonly face_ids: readonly string[];
    readonly source_cluster_id: string | null;
    readonly target_cluster_id: string | null;
    /** Of the cluster that would be made. */
    readonly label: string | null;
    readonly probability: number | null;
  };
  readonly stands: {
    readonly constraints: readonly {
      readonly id: string;
      readonly kind: string;
      readonly face_a: string;
      readonly face_b: string;
      readonly operation_id: string;
    }[];
    readonly locked_face_ids: readonly string[];
  };
}

export type ConflictVerdict =
  /** No human said otherwise: the proposal may be applied. */
  | { readonly kind: 'clear' }
  /** A human has answered, or is asked already: neither apply nor ask. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'ask'; readonly question: Extract<Change, { do: 'open_item' }> };

const idsOf = (faces: readonly FaceFacts[]): string[] => faces.map((face) => face.id);

/** What a human decided against it. Constraints: those that touch the faces and clusters of the proposal. */
export function contradictionsOf(proposal: Proposal, constraints: readonly Constraint[]): Standing {
  if (proposal.do === 'merge') {
    const { source, target } = proposal;
    return {
      constraints: blockingConstraints(idsOf(source.faces), idsOf(target.faces), constraints),
      lockedFaceIds: [],
    };
  }
  const moving = new Set(idsOf(proposal.faces));
  const staying = idsOf(proposal.source?.faces ?? []).filter((faceId) => !moving.has(faceId));
  const found = [
    ...blockingConstraints(moving, idsOf(proposal.target?.faces ?? []), constraints),
    ...tyingConstraints(moving, new Set(staying), constraints),
  ];
  return {
    constraints: [...new Map(found.map((one) => [one.id, one])).values()].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    ),
    lockedFaceIds: proposal.faces.flatMap((face) => (face.locked ? [face.id] : [])).sort(),
  };
}

/** One question for the decision in the way and what it is in the way of. */
export function constraintConflictSubject(proposal: Proposal, standing: Standing): string {
  const decision = standing.constraints[0]?.operationId ?? 'lock';
  const about =
    proposal.do === 'move'
      ? `face:${idsOf(proposal.faces).sort()[0] ?? ''}`
      : `clusters:${[proposal.source.id, proposal.target.id].sort().join('+')}`;
  return `decision:${decision}/${about}`;
}

/**
 * @param answered Whether an item on `constraintConflictSubject` is open, or was closed by a human: while the decision stands
 * the question is not asked twice.
 */
export function weighProposal(request: {
  readonly by: Proposer;
  readonly proposal: Proposal;
  readonly constraints: readonly Constraint[];
  /** Calibrated chance (0..1) that the proposal is right; null when unknown. */
  readonly probability: number | null;
  readonly answered: (subjectKey: string) => boolean;
}): ConflictVerdict {
  const { proposal, probability } = request;
  const standing = contradictionsOf(proposal, request.constraints);
  if (standing.constraints.length + standing.lockedFaceIds.length === 0) return { kind: 'clear' };
  const subjectKey = constraintConflictSubject(proposal, standing);
  if (request.answered(subjectKey)) return { kind: 'settled' };
  const faceIds = proposal.do === 'move' ? idsOf(proposal.faces).sort() : [];
  const [source, target] = [proposal.source?.id ?? null, proposal.target?.id ?? null];
  const evidence: ConstraintConflictEvidence = {
    proposal: {
      by: request.by,
      do: proposal.do,
      face_ids: faceIds,
      source_cluster_id: source,
      target_cluster_id: target,
      label: proposal.do === 'move' ? proposal.label : null,
      probability,
    },
    stands: {
      constraints: standing.constraints.map(({ id, kind, faceA, faceB, operationId }) => ({
        id,
        kind,
        face_a: faceA,
        face_b: faceB,
        operation_id: operationId,
      })),
      locked_face_ids: standing.lockedFaceIds,
    },
  };
  const affected = proposal.do === 'move' ? faceIds.length : proposal.source.faces.length;
  const [first, second] = target === null ? [source, null] : [target, source];
  return {
    kind: 'ask',
    question: {
      do: 'open_item',
      kind: 'constraint_conflict',
      subjectKey,
      faceId: faceIds[0] ?? null,
      clusterId: first,
      ...(second === null || second === first ? {} : { otherClusterId: second }),
      evidence: { ...evidence },
      // A human's word against evidence of equal weight.
      priority: reviewPriority(affected, 0.5, true),
      similarity: null,
      probability,
    },
  };
}
