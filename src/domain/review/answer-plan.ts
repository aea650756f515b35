// Every answer to a question is one plan: what it changes, and the end of the question with what was decided.
import type { Change, ChangePlan } from '../cluster/change-plan.js';

export interface Answer {
  readonly itemId: string;
  /** `dismiss` closes the question without an answer. */
  readonly decision: string;
}

/** @param outcome What whoever comes too late is told beside the decision. */
export function answerPlan(
  { itemId, decision }: Answer,
  changes: readonly Change[],
  outcome: Readonly<Record<string, unknown>> = {},
): ChangePlan {
  const state = decision === 'dismiss' ? 'dismissed' : 'resolved';
  return {
    kind: 'review_decision',
    changes: [...changes, { do: 'close_item', itemId, state, outcome: { decision, ...outcome } }],
  };
}
