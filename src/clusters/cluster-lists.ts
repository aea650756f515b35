// Lists of clusters and of their faces: reading only.
import { Injectable } from '@nestjs/common';
import type { ClusterPage } from '../database/repositories/cluster-repository.js';
import type { CertaintyPage } from '../database/repositories/face-repository.js';
import type { IdPage } from '../database/page.js';
import type { CountedClusterRecord, FaceRecord } from '../database/records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';

@Injectable()
export class ClusterLists {
  constructor(private readonly tenants: TenantStore) {}

  clusters(tenantId: string, page: ClusterPage): Promise<CountedClusterRecord[]> {
    return this.tenants.forTenant(tenantId).read((repositories) => repositories.clusters.list(page));
  }

  /** People who have a name, count. */
  countLabelled(tenantId: string): Promise<number> {
    return this.tenants.forTenant(tenantId).read(({ clusters }) => clusters.countLabelled());
  }

  /** Oldest first. @throws DomainError cluster.not_found */
  faces(tenantId: string, clusterId: string, page: IdPage): Promise<FaceRecord[]> {
    return this.ofCluster(tenantId, clusterId, (faces) => faces.listByCluster(clusterId, page));
  }

  /** @throws DomainError cluster.not_found */
  facesByCertainty(tenantId: string, clusterId: string, page: CertaintyPage): Promise<FaceRecord[]> {
    return this.ofCluster(tenantId, clusterId, (faces) => faces.listByCertainty(clusterId, page));
  }

  private ofCluster(
    tenantId: string,
    clusterId: string,
    list: (faces: TenantRepositories['faces']) => Promise<FaceRecord[]>,
  ): Promise<FaceRecord[]> {
    return this.tenants.forTenant(tenantId).read(async ({ clusters, faces }) => {
      if (!(await clusters.find(clusterId)))
        throw new DomainError('cluster.not_found', 'There is no such cluster.');
      return list(faces);
    });
  }
}
