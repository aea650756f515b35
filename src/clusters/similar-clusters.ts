// The clusters that a cluster resembles: whom a person might be merged with, and what stands in the way. Reading only.
import { Injectable } from '@nestjs/common';
import type { CountedClusterRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { centroidProbability } from '../domain/cluster/calibration.js';
import type { ClusterFacts } from '../domain/cluster/cluster-facts.js';
import type { Constraint } from '../domain/cluster/constraints.js';
import { imagesInBoth } from '../domain/cluster/same-image.js';
import { keptApart, labelsDiffer } from '../domain/review/merge-suggestion.js';
import { AssignmentPolicies } from './assignment/assignment-policies.js';
import { getCluster, loadClusters, loadConstraints } from './load-facts.js';

export interface SimilarCluster {
  readonly cluster: CountedClusterRecord;
  /** Of the centroids, -1..1. */
  readonly similarity: number;
  /** Calibrated chance that the two are one person, 0..1. */
  readonly probability: number;
  /** Photos that show both, so that they are two people; those a human excused are left out. */
  readonly sharedImageCount: number;
  /** A human's word keeps the two apart: a merge needs `override`. */
  readonly keptApart: boolean;
  /** Both have a name, and not the same: a merge needs `keep_label`. */
  readonly labelsDiffer: boolean;
}

@Injectable()
export class SimilarClusters {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
  ) {}

  /**
   * Closest first, ties by id; none for a cluster without a comparable face.
   * @param limit Clusters wanted, at least 1. @throws DomainError cluster.not_found, cluster.merged
   */
  async list(tenantId: string, clusterId: string, limit: number): Promise<SimilarCluster[]> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const own = await getCluster(repositories, clusterId);
      const { space, calibration, point } = await this.policies.forTenant(repositories);
      const [centroid] = await repositories.centroids.load([clusterId], space);
      if (centroid === undefined) return [];
      const [near = []] = await repositories.centroids.nearest([centroid.centroid], {
        limit,
        similarityMin: point.neighbourSimilarityMin,
        ownClusterIds: [clusterId],
      });
      const ids = near.map((other) => other.clusterId);
      const facts = await loadClusters(repositories, ids);
      const constraints = await loadConstraints(repositories, [clusterId, ...ids]);
      const records = new Map((await repositories.clusters.findManyCounted(ids)).map((one) => [one.id, one]));
      return near.flatMap(({ clusterId: id, similarity }) => {
        const [other, cluster] = [facts.get(id), records.get(id)];
        if (other === undefined || cluster === undefined) return [];
        return [
          {
            cluster,
            similarity,
            probability: centroidProbability(calibration.linkage, similarity),
            ...hindrances(own, other, constraints),
          },
        ];
      });
    });
  }
}

const hindrances = (
  a: ClusterFacts,
  b: ClusterFacts,
  constraints: readonly Constraint[],
): Pick<SimilarCluster, 'sharedImageCount' | 'keptApart' | 'labelsDiffer'> => ({
  sharedImageCount: imagesInBoth(a.faces, b.faces, constraints).length,
  keptApart: keptApart(a, b, constraints),
  labelsDiffer: labelsDiffer(a, b),
});
