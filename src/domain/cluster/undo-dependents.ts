// What stands in the way of an undo: the later words of people about the same faces and clusters. Automation yields.
import type { PlanKind } from './change-plan.js';
import { originOf } from './operation-origin.js';
import { hasEffect, type RecordedChanges } from './recorded-changes.js';

/** Which operation takes back which. */
export interface UndoLink {
  readonly id: string;
  readonly undoesId: string;
}

/** The operation that took this one back and is itself in effect; null when the operation is in effect. */
export function undoneBy(operationId: string, links: readonly UndoLink[]): string | null {
  const undo = links.find((link) => link.undoesId === operationId && undoneBy(link.id, links) === null);
  return undo?.id ?? null;
}

export interface RecordedOperation {
  readonly id: string;
  readonly kind: PlanKind;
  readonly undoesId: string | null;
  readonly changes: RecordedChanges;
}

/** A later operation with what it has in common with the one to be taken back. */
export interface LaterOperation extends RecordedOperation {
  readonly sharedFaceIds: readonly string[];
  readonly sharedClusterIds: readonly string[];
}

/**
 * The operations, oldest first, that must be taken back before this one.
 * @param later Operations of people after it that share a face or cluster with it, oldest first.
 * @param links Undos of it and of the later ones.
 */
export function dependentsOf(
  operation: RecordedOperation,
  later: readonly LaterOperation[],
  links: readonly UndoLink[],
): LaterOperation[] {
  return later.filter((other) => {
    if (undoneBy(other.id, links) !== null || !hasEffect(other.changes)) return false;
    // An undo of something later: the two cancel each other.
    if (other.undoesId !== null && other.undoesId > operation.id) return false;
    // What is erased does not come back, whoever asks: it must not hold the rest for ever.
    if (other.changes.faces_erased.length > 0 || other.changes.faces_dismissed.length > 0) return false;
    return (
      other.sharedFaceIds.length > 0 || other.sharedClusterIds.some((id) => collide(operation, other, id))
    );
  });
}

/**
 * [Note: Clusters in common] Two faces moved into one cluster do not depend on each other. Two operations do when one of
 * them changed what the cluster is (name, state, existence) and the other took part in it. What the machine did to single
 * faces hangs on the cluster's existence only: that Ann's cluster was named later does not keep a wrong face in it.
 */
function collide(operation: RecordedOperation, later: LaterOperation, clusterId: string): boolean {
  if (ended(later.changes, clusterId)) return true;
  if (originOf(operation.kind) !== 'automatic') {
    return changedItself(operation.changes, clusterId) || changedItself(later.changes, clusterId);
  }
  return changedItself(operation.changes, clusterId) && !operation.changes.clusters_added.includes(clusterId);
}

function changedItself(changes: RecordedChanges, clusterId: string): boolean {
  return (
    changes.clusters_added.includes(clusterId) ||
    changes.clusters_deleted.some((cluster) => cluster.id === clusterId) ||
    changes.clusters_changed.some(
      ({ id, before }) =>
        id === clusterId && Object.keys(before).some((member) => member !== 'cover_face_id'),
    )
  );
}

function ended(changes: RecordedChanges, clusterId: string): boolean {
  return (
    changes.clusters_deleted.some((cluster) => cluster.id === clusterId) ||
    changes.clusters_changed.some(({ id, after }) => id === clusterId && after.state === 'merged')
  );
}
