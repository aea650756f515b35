// Which review items an operation opens, renews and closes, for its record.
import type { Change } from '../../domain/cluster/change-plan.js';
import type { ItemDelta, ItemImage } from '../../domain/cluster/recorded-changes.js';
import { itemDelta } from './record-changes.js';
import type { Question, ReactionResult } from '../reactions/reaction.js';

/** A reaction whose questions have the ids that they will be stored under, if their subject has no open item yet. */
export interface NamedReaction extends ReactionResult {
  readonly questions: readonly (Question & { readonly id: string })[];
}

const subjectOf = ({ kind, subjectKey }: { kind: string; subjectKey: string }): string =>
  `${kind} ${subjectKey}`;

/** Ids of questions that are new: no open item has their subject. */
export function openedItems({ items, questions }: NamedReaction): string[] {
  const open = new Set(items.map(subjectOf));
  return questions.filter((question) => !open.has(subjectOf(question))).map((question) => question.id);
}

const RENEWED: readonly (keyof ItemImage)[] = [
  'evidence',
  'cluster_id',
  'other_cluster_id',
  'priority',
  'similarity',
  'probability',
];

/**
 * What closed and renewed items were. A closed item keeps its evidence in its row, except a cancelled one. The evidence of a
 * `new_cluster` item is not kept: it follows from the faces of the cluster.
 */
export function changedItems(
  reaction: NamedReaction,
  closedIds: readonly string[],
  { keepEvidence }: { readonly keepEvidence: boolean },
): ItemDelta[] {
  const bySubject = new Map(reaction.items.map((item) => [subjectOf(item), item]));
  const cancelled = new Set(reaction.cancelled);
  return [
    ...[...closedIds, ...reaction.superseded].map((id): ItemDelta => ({ id, before: { state: 'open' } })),
    ...reaction.items
      .filter((item) => cancelled.has(item.id))
      .map((item) =>
        itemDelta(item, keepEvidence ? ['state', 'evidence', 'cluster_id', 'other_cluster_id'] : ['state']),
      ),
    ...reaction.questions
      .filter((question) => question.kind !== 'new_cluster')
      .flatMap((question) => bySubject.get(subjectOf(question)) ?? [])
      .map((item) => itemDelta(item, keepEvidence ? RENEWED : [])),
  ];
}

/** Items that a plan opens again. */
export const reopenedItems = (changes: readonly Change[]): string[] =>
  changes.flatMap((change) =>
    change.do === 'restore_item' && change.image.state === 'open' ? [change.itemId] : [],
  );

/** Those of the items that neither closed at once nor are listed already. */
export function stillOpen(
  itemIds: readonly string[],
  { superseded, cancelled }: ReactionResult,
  listed: readonly string[],
): string[] {
  const out = new Set([...superseded, ...cancelled, ...listed]);
  return itemIds.filter((id) => !out.has(id));
}
