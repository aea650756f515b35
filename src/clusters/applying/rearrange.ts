// Puts faces where a plan wants them, and brings clusters in step with that.
import type { ClusterRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { ofKind } from '../../domain/cluster/plan-parts.js';
import { emptiedClusters, updateClusters } from './cluster-writes.js';
import { writeFaces } from './face-writes.js';
import type { PlannedWork } from './planned-work.js';
import type { StoodBefore } from './stood-before.js';

/** The clusters of a plan after its faces have moved. */
export interface Rearranged {
  /** Clusters that changed and stay, as they are now, by id. */
  readonly clusters: ReadonlyMap<string, ClusterRecord>;
  /** Clusters that go, in the order of ids; their rows are there until the operation has been recorded. */
  readonly deletedClusterIds: readonly string[];
}

/**
 * Centroids are summed over the faces as they are, and a cluster is empty by where its faces are now: so faces come first.
 * @param newClusters Clusters that came with this very change; their rows are there.
 */
export async function rearrange(
  repositories: TenantRepositories,
  work: PlannedWork,
  before: StoodBefore,
  newClusters: readonly ClusterRecord[],
): Promise<Rearranged> {
  const { changes, erasing } = work;
  const { reach } = before;
  await writeFaces(repositories, work.faces);
  await repositories.centroids.recompute([...reach.reshaped].sort());
  const updated = await updateClusters(repositories, {
    changes,
    writes: work.faces,
    moved: reach.movedFaceIds,
    clustersBefore: before.clusters,
  });
  const clusters = new Map([...newClusters.map((cluster) => [cluster.id, cluster] as const), ...updated]);
  const left = reach.left.flatMap((id) => clusters.get(id) ?? []);
  const emptied = await emptiedClusters(repositories, { left, erasing });
  const unwanted = ofKind(changes, 'delete_cluster').map((change) => change.clusterId);
  const deletedClusterIds = [...new Set([...emptied, ...unwanted])].sort();
  for (const id of deletedClusterIds) clusters.delete(id);
  return { clusters, deletedClusterIds };
}
