// Reads what the planners of src/domain need to know, inside the transaction that will apply their plan.
import type { ClusterRecord, ConstraintRecord, FaceRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { ClusterFacts, FaceFacts } from '../domain/cluster/cluster-facts.js';
import type { Constraint } from '../domain/cluster/constraints.js';
import { DomainError } from '../domain/domain-error.js';

export const faceFacts = (face: FaceRecord): FaceFacts => ({
  id: face.id,
  imageId: face.imageId,
  clusterId: face.clusterId,
  state: face.state,
  locked: face.locked,
  quality: face.quality,
});

/** Clusters with all their faces, by id. Unknown and merged ones are left out. */
export async function loadClusters(
  repositories: TenantRepositories,
  clusterIds: Iterable<string>,
): Promise<Map<string, ClusterFacts>> {
  const ids = [...new Set(clusterIds)];
  if (ids.length === 0) return new Map();
  const clusters = await repositories.clusters.findMany(ids);
  const faces = await repositories.faces.listByClusters(ids);
  const members = new Map<string, FaceFacts[]>(ids.map((id) => [id, []]));
  for (const face of faces) if (face.clusterId !== null) members.get(face.clusterId)?.push(faceFacts(face));
  const facts = new Map<string, ClusterFacts>();
  for (const { id, state, label, externalRef } of clusters) {
    if (state !== 'merged') facts.set(id, { id, state, label, externalRef, faces: members.get(id) ?? [] });
  }
  return facts;
}

/** @throws DomainError cluster.not_found, cluster.merged (with the id that it was merged into). */
export async function getCluster(repositories: TenantRepositories, clusterId: string): Promise<ClusterFacts> {
  const record = await repositories.clusters.find(clusterId);
  if (record === null) throw new DomainError('cluster.not_found', 'There is no such cluster.');
  refuseMerged(record);
  return (await loadClusters(repositories, [clusterId])).get(clusterId)!;
}

/** @throws DomainError cluster.merged */
export function refuseMerged(cluster: ClusterRecord): void {
  if (cluster.state !== 'merged') return;
  throw new DomainError('cluster.merged', 'This cluster was merged into another.', {
    extensions: { merged_into: cluster.mergedInto },
  });
}

/** @throws DomainError face.not_found */
export async function getFace(repositories: TenantRepositories, faceId: string): Promise<FaceRecord> {
  const face = await repositories.faces.find(faceId);
  if (face === null) throw new DomainError('face.not_found', 'There is no such face.');
  return face;
}

/**
 * Every standing constraint that names a face of these clusters, one of these faces, or a face that must-links tie to them.
 */
export async function loadConstraints(
  repositories: TenantRepositories,
  clusterIds: readonly string[],
  faceIds: readonly string[] = [],
): Promise<Constraint[]> {
  const found = new Map<string, Constraint>();
  const asked = new Set(faceIds);
  let batch: ConstraintRecord[] = [
    ...(await repositories.constraints.findTouchingClusters(clusterIds)),
    ...(await repositories.constraints.findTouching(faceIds)),
  ];
  while (batch.length > 0) {
    const beyond: string[] = [];
    for (const constraint of batch) {
      if (found.has(constraint.id)) continue;
      found.set(constraint.id, constraint);
      if (constraint.kind !== 'must_link') continue;
      for (const faceId of [constraint.faceA, constraint.faceB]) {
        if (asked.has(faceId)) continue;
        asked.add(faceId);
        beyond.push(faceId);
      }
    }
    batch = await repositories.constraints.findTouching(beyond);
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
