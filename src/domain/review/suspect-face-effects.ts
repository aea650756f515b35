// What the answers to "is this a face?" do.
import type { Change, ChangePlan } from '../cluster/change-plan.js';
import type { Constraint } from '../cluster/constraints.js';
import { planDismiss } from '../cluster/reshape.js';
import { answerPlan } from './answer-plan.js';
import { decisionFault, type ReviewDecision } from './decision.js';

export interface SuspectFaceContext {
  readonly itemId: string;
  readonly faceId: string;
  readonly constraints: readonly Constraint[];
  /** What matching the face now would change; empty unless the answer is `is_face`. */
  readonly matched: readonly Change[];
  /** Where that would put it. */
  readonly clusterId: string | null;
}

export type SuspectFaceDecision = Extract<ReviewDecision, { decision: 'is_face' | 'not_a_face' | 'dismiss' }>;

/** @throws DomainError review_item.decision_invalid. */
export function planSuspectFaceDecision(
  decision: SuspectFaceDecision,
  context: SuspectFaceContext,
): ChangePlan {
  const { faceId } = context;
  const answer = { itemId: context.itemId, decision: decision.decision };
  const plan = (changes: readonly Change[], outcome: Record<string, unknown> = {}): ChangePlan =>
    answerPlan(answer, changes, { face_id: faceId, ...outcome });
  switch (decision.decision) {
    case 'is_face':
      return plan(context.matched, { cluster_id: context.clusterId });
    case 'not_a_face':
      if (decision.faceIds?.some((id) => id !== faceId) === true)
        throw decisionFault('#/face_ids', 'the item is about one face only');
      return plan(planDismiss([faceId], context.constraints).changes);
    case 'dismiss':
      return plan([]);
  }
}
