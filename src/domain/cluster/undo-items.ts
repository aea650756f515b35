// What an undo does to the review queue: questions that the operation closed are open again, those that it raised are not.
import type { Change } from './change-plan.js';
import type { ItemDelta } from './recorded-changes.js';
import type { UndoFacts, UndoneOperation } from './undo-facts.js';

const OPEN: readonly string[] = ['open', 'claimed'];
const ABOUT_A_FACE: readonly string[] = ['uncertain_assignment', 'suspect_face'];
const ABOUT_A_CLUSTER: readonly string[] = [
  'new_cluster',
  'merge_suggestion',
  'split_suggestion',
  'same_image_conflict',
];

interface Around {
  /** Whether a cluster exists once the operation is undone. */
  readonly exists: (clusterId: string) => boolean;
  /** Clusters that the operation made and that stay: their questions stay, too. */
  readonly staying: ReadonlySet<string>;
}

export function undoItems(operation: UndoneOperation, facts: UndoFacts, around: Around): Change[] {
  const { items_opened, items_changed } = operation.changes;
  const changes: Change[] = [];
  for (const itemId of items_opened) {
    const item = facts.items.get(itemId);
    if (item === undefined || !item.open) continue;
    if (item.faceId === null && item.clusterId !== null && around.staying.has(item.clusterId)) continue;
    changes.push({ do: 'supersede_item', itemId });
  }
  for (const delta of items_changed) changes.push(...restored(delta, operation, facts, around));
  return changes;
}

function restored(
  { id, before }: ItemDelta,
  operation: UndoneOperation,
  facts: UndoFacts,
  { exists }: Around,
): Change[] {
  const item = facts.items.get(id);
  if (item === undefined) return [];
  const { state, ...rest } = before;
  // Emptied since, because somebody was erased: what it was about does not come back, and there is nothing left to ask.
  if (item.emptied && !item.open && (state === undefined || rest.evidence === undefined)) return [];
  const gone = (clusterId: string | null | undefined): boolean =>
    typeof clusterId === 'string' && !exists(clusterId);
  const image = {
    ...rest,
    ...(gone(rest.cluster_id) ? { cluster_id: null } : {}),
    ...(gone(rest.other_cluster_id) ? { other_cluster_id: null } : {}),
  };
  const restore = (more: typeof before): Change => ({
    do: 'restore_item',
    itemId: id,
    image: { ...image, ...more },
  });
  // An update of nothing: whether the question still is one shows when its cluster is looked at.
  const named = image.cluster_id ?? item.clusterId;
  const lookAgain: Change[] =
    typeof named === 'string' && exists(named) ? [{ do: 'update_cluster', clusterId: named }] : [];

  if (state === undefined) return [restore({}), ...(item.open ? lookAgain : [])];
  if (OPEN.includes(state)) {
    const closedByIt = !item.open && item.operationId === operation.id;
    // The same question may have been raised anew since: once is enough.
    if (!closedByIt || facts.openSubjects.has(`${item.kind} ${item.subjectKey}`)) return [];
    // Erased since: there is nothing left to ask about.
    if (ABOUT_A_FACE.includes(item.kind) && item.faceId === null) return [];
    if (ABOUT_A_CLUSTER.includes(item.kind) && (typeof named !== 'string' || !exists(named))) return [];
    const open = { state: 'open', outcome: null, operation_id: null, resolved_at: null, resolved_by: null };
    return [restore(open), ...lookAgain];
  }
  return item.open || item.operationId === operation.id ? [restore({ state })] : [];
}
