// What an answered question says about the log odds that it was asked with.
import { type Rating, type RatingKind, unrefitted } from '../cluster/answer-refit.js';
import { judgementOf } from './acceptance.js';
import type { DecisionName } from './decision.js';
import type { ReviewKind } from './review-item.js';

/** A closed item as the API answers it. */
export interface AnsweredItem {
  readonly kind: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly outcome: Readonly<Record<string, unknown>> | null;
}

/** Kinds whose items say how their log odds came about. */
export const RATED_KINDS = ['uncertain_assignment', 'merge_suggestion'] as const;

/**
 * Of two candidates "too close to each other" one at most is right, whatever the log odds of each say: such answers (rule
 * `margin`) would teach that high odds are wrong, and are left out.
 * @returns The pack's own log odds and whether it was one person; null when the item says nothing about ratings of this kind.
 */
export function ratedAnswerOf(
  { kind, evidence, outcome }: AnsweredItem,
  wanted: RatingKind,
): { readonly logit: number; readonly same: boolean } | null {
  const { candidates, rating, rule } = evidence as Partial<RatedEvidence>;
  if (rating === undefined || rating.space !== wanted.space || rating.by !== wanted.by) return null;
  const best = kind === 'uncertain_assignment' ? candidates?.[0] : undefined;
  const logit = best?.logit ?? (kind === 'merge_suggestion' ? evidence['logit'] : undefined);
  const decision = outcome?.['decision'];
  if (typeof logit !== 'number' || typeof decision !== 'string' || rule === 'margin') return null;
  const named = decision === 'reject' ? outcome?.['cluster_ids'] : [outcome?.['cluster_id']];
  const namesBest = best !== undefined && Array.isArray(named) && named.includes(best.cluster_id);
  const judgement = judgementOf(kind as ReviewKind, decision as DecisionName, namesBest);
  return judgement === null ? null : { logit: unrefitted(rating, logit), same: judgement === 'accepted' };
}

interface RatedEvidence {
  readonly rule: string;
  readonly rating: Rating;
  readonly candidates: readonly { readonly cluster_id: string; readonly logit: number }[];
}
