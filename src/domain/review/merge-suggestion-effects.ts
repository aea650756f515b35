// What the answers to "are these two clusters one person?" do.
import type { Change, ChangePlan } from '../cluster/change-plan.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import { type Constraint, orderedPair, tyingConstraints } from '../cluster/constraints.js';
import { retireOrRefuse } from '../cluster/human-conflict.js';
import { planMerge } from '../cluster/reshape.js';
import { answerPlan } from './answer-plan.js';
import { decisionFault, type ReviewDecision } from './decision.js';
import type { MergeSuggestionEvidence } from './merge-suggestion.js';

export interface MergeSuggestionContext {
  readonly itemId: string;
  readonly evidence: MergeSuggestionEvidence;
  readonly clusters: readonly [ClusterFacts, ClusterFacts];
  readonly constraints: readonly Constraint[];
}

export type MergeSuggestionDecision = Extract<ReviewDecision, { decision: 'merge' | 'not_same' | 'dismiss' }>;

/** @throws DomainError review_item.decision_invalid, cluster.labels_differ, constraint.conflict. */
export function planMergeSuggestionDecision(
  decision: MergeSuggestionDecision,
  context: MergeSuggestionContext,
): ChangePlan {
  const [a, b] = context.clusters;
  const answer = { itemId: context.itemId, decision: decision.decision };
  const plan = (changes: readonly Change[], outcome: Record<string, unknown>): ChangePlan =>
    answerPlan(answer, changes, { cluster_ids: [a.id, b.id], ...outcome });
  switch (decision.decision) {
    case 'merge': {
      const target =
        decision.into === null ? mergeTarget(a, b) : [a, b].find(({ id }) => id === decision.into);
      if (target === undefined) throw decisionFault('#/into', 'is none of the two clusters');
      const source = target === a ? b : a;
      const merge = planMerge({
        source,
        target,
        constraints: context.constraints,
        keepLabel: decision.keepLabel,
        override: decision.override,
        shownFaceIds: shownOf(source, context).map((face) => face.id),
      });
      return plan(merge.changes, { cluster_id: target.id });
    }
    case 'not_same':
      return plan(keepShownApart(decision.override, context), {});
    case 'dismiss':
      return plan([], { face_count: a.faces.length + b.faces.length });
  }
}

/** The cluster that stays: the confirmed one, then the labelled one, then the larger, then the lower id. */
export function mergeTarget(a: ClusterFacts, b: ClusterFacts): ClusterFacts {
  const order =
    Number(b.state === 'confirmed') - Number(a.state === 'confirmed') ||
    Number(b.label !== null) - Number(a.label !== null) ||
    b.faces.length - a.faces.length ||
    (a.id < b.id ? -1 : 1);
  return order < 0 ? a : b;
}

/** The faces that the human saw, as far as they still are in the cluster; all of it when none is. */
function shownOf(cluster: ClusterFacts, { evidence }: MergeSuggestionContext): ClusterFacts['faces'] {
  const shown = new Set(evidence.clusters.flatMap((side) => side.face_ids));
  const left = cluster.faces.filter((face) => shown.has(face.id));
  return left.length > 0 ? left : cluster.faces;
}

/** Every shown face of either side stands in a cannot-link with one of the other. */
function keepShownApart(override: boolean, context: MergeSuggestionContext): Change[] {
  const [a, b] = context.clusters;
  const ids = (cluster: ClusterFacts): Set<string> => new Set(cluster.faces.map((face) => face.id));
  const tying = tyingConstraints(ids(a), ids(b), context.constraints);
  const [shownA, shownB] = [shownOf(a, context), shownOf(b, context)];
  if (shownA.length === 0 || shownB.length === 0) return [];
  const pairs = Math.max(shownA.length, shownB.length);
  const apart = Array.from({ length: pairs }, (_, i): Change => ({
    do: 'add_constraint',
    kind: 'cannot_link',
    ...orderedPair(shownA[i % shownA.length]!.id, shownB[i % shownB.length]!.id),
  }));
  return [...retireOrRefuse(tying, override), ...apart];
}
