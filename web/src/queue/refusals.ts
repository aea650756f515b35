// What a refused answer means for the question that it was about.
import type { ReviewItem } from '../api/client';
import { ApiProblem } from '../api/problem';
import { text } from '../text/text';
import type { DecisionBody } from './answers/answer';

/** The service asks back: the same answer is taken with one member more. */
export interface Conflict {
  readonly item: ReviewItem;
  readonly body: DecisionBody;
  /** What the answer is called. */
  readonly name: string;
  readonly title: string;
  readonly detail: string;
  readonly goOn: string;
  readonly members: Partial<DecisionBody>;
}

export type Refusal =
  /** Somebody else's now, or closed: it does not come back. */
  | { readonly kind: 'gone'; readonly message: string }
  /** It comes back in front, as it is now. */
  | {
      readonly kind: 'back';
      readonly item: ReviewItem;
      readonly message: string;
      readonly conflict: Conflict | null;
    };

const trouble = text.queue.trouble;

/** @param answer null: it was passed on. */
export function refusalOf(
  error: unknown,
  item: ReviewItem,
  answer: Pick<Conflict, 'body' | 'name'> | null,
): Refusal {
  if (!(error instanceof ApiProblem)) return { kind: 'back', item, message: String(error), conflict: null };
  const back = (message: string, as = item): Refusal => ({ kind: 'back', item: as, message, conflict: null });
  const asksBack = (question: Omit<Conflict, 'item' | 'body' | 'name'>): Refusal => ({
    kind: 'back',
    item,
    message: question.title,
    conflict: answer && { item, ...answer, ...question },
  });
  switch (error.code) {
    case 'review_item.closed':
      return { kind: 'gone', message: closedMessage(error.body) };
    case 'review_item.claimed':
      return { kind: 'gone', message: trouble.claimed };
    case 'review_item.not_found':
      return { kind: 'gone', message: error.message };
    case 'review_item.changed':
      return back(trouble.changed, error.body['item'] as ReviewItem);
    case 'constraint.conflict': {
      const count = Array.isArray(error.body['constraints']) ? error.body['constraints'].length : 1;
      return asksBack({
        title: trouble.conflictTitle,
        detail: trouble.conflict(count),
        goOn: trouble.override,
        members: { override: true },
      });
    }
    case 'cluster.labels_differ': {
      const [gone, kept] = error.body['labels'] as [string, string];
      return asksBack({
        title: trouble.labelsTitle,
        detail: trouble.labels(gone, kept),
        goOn: trouble.keepLabel(kept),
        members: { keep_label: true },
      });
    }
    default:
      return back(error.message);
  }
}

/** @param closed A closed item, or the problem that tells of one. */
export function closedMessage(closed: Readonly<Record<string, unknown>>): string {
  const decision = (closed['outcome'] as { decision?: unknown } | null)?.decision;
  if (typeof decision !== 'string') return trouble.closedMoot;
  return trouble.closed(text.queue.decisions[decision] ?? decision);
}
