// Lists of clusters and of their faces: reading only.
import { Injectable } from '@nestjs/common';
import type { ClusterPage } from '../database/cluster-repository.js';
import type { IdPage } from '../database/page.js';
import type { CountedClusterRecord, FaceRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';

@Injectable()
export class ClusterLists {
  constructor(private readonly tenants: TenantStore) {}

  /** Newest first. */
  clusters(tenantId: string, page: ClusterPage): Promise<CountedClusterRecord[]> {
    return this.tenants.forTenant(tenantId).read((repositories) => repositories.clusters.list(page));
  }

  /** Oldest first. @throws DomainError cluster.not_found */
  faces(tenantId: string, clusterId: string, page: IdPage): Promise<FaceRecord[]> {
    return this.tenants.forTenant(tenantId).read(async ({ clusters, faces }) => {
      if (!(await clusters.find(clusterId)))
        throw new DomainError('cluster.not_found', 'There is no such cluster.');
      return faces.listByCluster(clusterId, page);
    });
  }
}
