// Writes what a plan makes of clusters: new ones, changed ones, and which nobody needs any more.
import type { ClusterPatch } from '../../database/repositories/cluster-repository.js';
import type { ClusterRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import { ofKind } from '../../domain/cluster/plan-parts.js';
import type { FaceWrites } from './face-writes.js';
import { clusterPatch, recreatedCluster } from './record-changes.js';

/** @returns The new clusters, and those that come back, as they are stored. */
export async function createClusters(
  repositories: TenantRepositories,
  changes: readonly Change[],
  at: Date,
): Promise<ClusterRecord[]> {
  const clusters = ofKind(changes, 'create_cluster').map((change) => ({
    id: change.clusterId,
    state: change.state,
    label: change.label,
    externalRef: change.externalRef,
    coverFaceId: null,
    mergedInto: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
  }));
  const again = ofKind(changes, 'recreate_cluster').map((change) =>
    recreatedCluster(change.clusterId, change.image, at),
  );
  await repositories.clusters.insertMany([...clusters, ...again]);
  return [...clusters, ...again];
}

/**
 * Writes states, labels, covers and merges, and raises the version of every touched cluster.
 * @returns The clusters as they are now, by id.
 */
export async function updateClusters(
  repositories: TenantRepositories,
  work: {
    readonly changes: readonly Change[];
    readonly writes: FaceWrites;
    readonly moved: ReadonlySet<string>;
    readonly clustersBefore: readonly ClusterRecord[];
  },
): Promise<Map<string, ClusterRecord>> {
  const patches = new Map<string, ClusterPatch>();
  const add = (clusterId: string, patch: ClusterPatch): void => {
    patches.set(clusterId, { ...patches.get(clusterId), ...patch });
  };
  for (const cluster of work.clustersBefore) {
    const coverLeft = cluster.coverFaceId !== null && work.moved.has(cluster.coverFaceId);
    add(
      cluster.id,
      coverLeft && !work.writes.erased.includes(cluster.coverFaceId) ? { coverFaceId: null } : {},
    );
  }
  for (const change of work.changes) {
    if (change.do === 'update_cluster') {
      const { do: _do, clusterId, ...patch } = change;
      add(clusterId, patch);
    } else if (change.do === 'close_as_merged') {
      add(change.clusterId, { state: 'merged', mergedInto: change.into, coverFaceId: null });
      await repositories.clusters.redirectMerged(change.clusterId, change.into);
    } else if (change.do === 'restore_cluster') {
      add(change.clusterId, clusterPatch(change.image));
    }
  }
  const unpatched = [...patches].filter(([, patch]) => Object.keys(patch).length === 0).map(([id]) => id);
  const after = await repositories.clusters.touch(unpatched.sort());
  for (const clusterId of unpatched) patches.delete(clusterId);
  for (const [clusterId, patch] of [...patches].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const cluster = await repositories.clusters.update(clusterId, patch);
    if (cluster) after.push(cluster);
  }
  return new Map(after.map((cluster) => [cluster.id, cluster]));
}

/**
 * @param work.left Clusters that a face left.
 * @returns Ids of those that nobody needs any more: provisional or hidden ones without a face, and any cluster whose last
 * face was erased.
 */
export async function emptiedClusters(
  repositories: TenantRepositories,
  work: { readonly left: readonly ClusterRecord[]; readonly erasing: boolean },
): Promise<string[]> {
  const leavable = work.left.filter(
    ({ state, label }) => state !== 'merged' && (work.erasing || (state !== 'confirmed' && label === null)),
  );
  const counts = await repositories.faces.countByClusters(leavable.map((cluster) => cluster.id));
  const counted = new Set(counts.map((row) => row.clusterId));
  return leavable.map((cluster) => cluster.id).filter((id) => !counted.has(id));
}
