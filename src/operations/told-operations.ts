// Operations with what a reader wants to know of them besides: whether they are taken back, and how clusters are called.
import type { ClusterRecord, OperationRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { OperationOrigin } from '../domain/cluster/operation-origin.js';
import { isOperationKind, originOf } from '../domain/cluster/operation-origin.js';
import { operationDetails } from '../domain/cluster/operation-details.js';
import type { WordedOperation } from '../domain/cluster/operation-words.js';
import { clustersOf, parseRecordedChanges } from '../domain/cluster/recorded-changes.js';
import { undoneBy } from '../domain/cluster/undo-dependents.js';
import { kindToUndo, notUndoable, type NotUndoableReason } from '../domain/cluster/undoable.js';
import { clusterName, type NameOf } from '../domain/cluster/wording.js';

/** A record with its column `changes` read once. */
export interface ToldOperation {
  readonly record: OperationRecord;
  readonly worded: WordedOperation;
  readonly origin: OperationOrigin;
  /** The operation that took it back and is in effect. */
  readonly undoneBy: string | null;
  /** Null when it can be taken back, later decisions aside. */
  readonly notUndoable: NotUndoableReason | null;
}

export interface Told {
  readonly operations: readonly ToldOperation[];
  readonly nameOf: NameOf;
}

/** @param alsoNamed Clusters that will be spoken of besides those of the operations. */
export async function tell(
  repositories: TenantRepositories,
  records: readonly OperationRecord[],
  alsoNamed: readonly (string | null)[] = [],
): Promise<Told> {
  const links = await repositories.operations.undoLinks(records.map((record) => record.id));
  const operations = records.flatMap((record): ToldOperation[] => {
    const { kind } = record;
    if (!isOperationKind(kind)) return [];
    const changes = parseRecordedChanges(record.changes);
    const undo = undoneBy(record.id, links);
    return [
      {
        record,
        worded: { kind, changes, details: operationDetails(record.changes) },
        origin: originOf(kind),
        undoneBy: undo,
        notUndoable: notUndoable(kindToUndo(kind, record.changes), changes, undo),
      },
    ];
  });
  const lastLabels = new Map<string, string | null>();
  const ids = new Set(alsoNamed.filter((id) => id !== null));
  for (const { worded } of operations) {
    for (const id of worded.changes === null ? [] : clustersOf(worded.changes)) ids.add(id);
    for (const { id, before } of worded.changes?.clusters_deleted ?? []) {
      if (before !== null) lastLabels.set(id, before.label);
    }
    for (const { candidates } of worded.details.decisions)
      for (const { cluster_id } of candidates) ids.add(cluster_id);
  }
  const clusters = new Map<string, ClusterRecord>();
  for (const cluster of await repositories.clusters.findMany([...ids])) clusters.set(cluster.id, cluster);
  return { operations, nameOf: (id) => clusterName(clusters.get(id), lastLabels.get(id)) };
}
