// Writes the operation of a plan: what it did and what stood before, so that it can be explained and taken back.
import type { ClusterRecord, OperationRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import {
  type ClusterDelta,
  clustersOf,
  FORMAT,
  type ItemDelta,
  type RecordedChanges,
} from '../../domain/cluster/recorded-changes.js';
import { changedItems, type NamedReaction, openedItems } from './item-changes.js';
import type { PlannedWork } from './planned-work.js';
import type { Rearranged } from './rearrange.js';
import {
  clusterDeltas,
  deletedClusters,
  faceDeltas,
  itemDelta,
  joinItemDeltas,
  redirectDeltas,
} from './record-changes.js';
import type { Dependents, StoodBefore } from './stood-before.js';

/** A plan whose faces and clusters are where it wants them. */
export interface CarriedOut {
  readonly work: PlannedWork;
  readonly before: StoodBefore;
  readonly dependents: Dependents;
  /** Clusters that came with this very change. */
  readonly newClusters: readonly ClusterRecord[];
  /** What the items were that came back. */
  readonly restoredItems: readonly ItemDelta[];
  readonly now: Rearranged;
}

/** Call before anything is written that names the operation, and while the rows are there that it deletes. */
export async function recordOperation(
  repositories: TenantRepositories,
  done: CarriedOut,
  reaction: NamedReaction,
  operation: Omit<OperationRecord, 'summary'>,
): Promise<void> {
  const { affectedFaceIds, arrived, retired, reinstated } = done.work;
  const { reach, added } = done.before;
  const record = await recordedChanges(repositories, done, reaction);
  const ended = await repositories.constraints.findMany([...retired, ...reinstated]);
  await repositories.operations.insert(
    {
      ...operation,
      changes: { ...operation.changes, ...record },
      summary: {
        faces: affectedFaceIds.length + arrived.faces.length,
        clusters: reach.touched.length,
        constraints_added: added.length + reinstated.length,
        constraints_retired: retired.length,
      },
    },
    {
      faceIds: [
        ...affectedFaceIds,
        ...arrived.faces.map((face) => face.id),
        ...[...added, ...ended].flatMap(({ faceA, faceB }) => [faceA, faceB]),
      ],
      clusterIds: [...reach.touched, ...clustersOf(record)],
    },
  );
}

async function recordedChanges(
  repositories: TenantRepositories,
  done: CarriedOut,
  reaction: NamedReaction,
): Promise<RecordedChanges> {
  const { work, before, now } = done;
  return {
    format: FORMAT,
    faces_added: work.arrived.faces.map((face) => ({ id: face.id, cluster_id: face.clusterId })),
    faces_changed: faceDeltas(before.faces, work.faces),
    faces_dismissed: work.faces.dismissed,
    faces_erased: work.faces.erased,
    clusters_added: done.newClusters.map((cluster) => cluster.id),
    clusters_changed: await changedClusters(repositories, done),
    clusters_deleted: deletedClusters(now.deletedClusterIds, before.clusters, !work.erasing),
    constraints_added: before.added.map((constraint) => constraint.id),
    constraints_retired: work.retired,
    constraints_reinstated: work.reinstated,
    items_opened: openedItems(reaction),
    items_changed: await itemDeltas(repositories, done, reaction),
  };
}

/** Those of the plan, and those merged earlier whose target is merged or deleted now. */
async function changedClusters(
  repositories: TenantRepositories,
  { work, before, dependents, now }: CarriedOut,
): Promise<ClusterDelta[]> {
  const into = new Map(work.merged.map((change) => [change.clusterId, change.into]));
  return [
    ...clusterDeltas(before.clusters, now.clusters),
    ...redirectDeltas(dependents.redirected, (from) => into.get(from) ?? null),
    ...redirectDeltas(await repositories.clusters.listMergedInto(now.deletedClusterIds), () => null),
  ];
}

/** Items that come back, close or take new evidence, and those that lose the name of a deleted cluster. */
async function itemDeltas(
  repositories: TenantRepositories,
  { work, restoredItems, now }: CarriedOut,
  reaction: NamedReaction,
): Promise<ItemDelta[]> {
  const decidedIds = work.decided.map((change) => change.itemId);
  const keepEvidence = !work.erasing && work.faces.dismissed.length === 0;
  const naming = await repositories.reviewItems.listNaming(now.deletedClusterIds);
  return joinItemDeltas([
    ...restoredItems,
    ...changedItems(reaction, decidedIds, { keepEvidence }),
    ...naming.map((item) => itemDelta(item, ['cluster_id', 'other_cluster_id'])),
  ]);
}
