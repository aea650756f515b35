// What the answers to "is this cluster more than one person?" do.
import type { Change, ChangePlan } from '../cluster/change-plan.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import type { Constraint } from '../cluster/constraints.js';
import { planSplit, type SplitRequest } from '../cluster/reshape.js';
import { DomainError } from '../domain-error.js';
import { answerPlan } from './answer-plan.js';
import { decisionInvalid, type ReviewDecision } from './decision.js';
import type { SplitSuggestionEvidence } from './split-suggestion.js';

export interface SplitSuggestionContext {
  readonly itemId: string;
  readonly evidence: SplitSuggestionEvidence;
  readonly cluster: ClusterFacts;
  readonly constraints: readonly Constraint[];
  /** As many as there are groups. */
  readonly newClusterIds: readonly string[];
}

export type SplitSuggestionDecision = Extract<ReviewDecision, { decision: 'split' | 'keep' | 'dismiss' }>;

/** The groups that a `split` is about: those of the human, or the proposed ones as far as they still are members. */
export function splitGroups(
  decision: Extract<ReviewDecision, { decision: 'split' }>,
  evidence: SplitSuggestionEvidence,
  cluster: ClusterFacts,
): readonly (readonly string[])[] {
  if (decision.groups !== null) return decision.groups;
  const members = new Set(cluster.faces.map((face) => face.id));
  return evidence.groups
    .map((group) => group.face_ids.filter((faceId) => members.has(faceId)))
    .filter((group) => group.length > 0);
}

/** @throws DomainError review_item.decision_invalid, constraint.conflict (a must-link between two parts). */
export function planSplitSuggestionDecision(
  decision: SplitSuggestionDecision,
  context: SplitSuggestionContext,
): ChangePlan {
  const { cluster, constraints } = context;
  const answer = { itemId: context.itemId, decision: decision.decision };
  const plan = (changes: readonly Change[], outcome: Record<string, unknown>): ChangePlan =>
    answerPlan(answer, changes, { cluster_id: cluster.id, ...outcome });
  if (decision.decision !== 'split') return plan([], { face_count: cluster.faces.length });
  const groups = splitGroups(decision, context.evidence, cluster).map((faceIds, g) => ({
    newClusterId: context.newClusterIds[g]!,
    faceIds,
  }));
  const { changes } = split({ cluster, groups, constraints, override: decision.override });
  const made = changes.flatMap((change) => (change.do === 'create_cluster' ? [change.clusterId] : []));
  return plan(changes, { cluster_ids: [cluster.id, ...made] });
}

/** The faults of a split by hand, in the words of a decision. */
function split(request: SplitRequest): ChangePlan {
  try {
    return planSplit(request);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'request.invalid') throw decisionInvalid(error.faults);
    throw error;
  }
}
