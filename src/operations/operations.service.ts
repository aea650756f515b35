// The log of changes: every operation, and those about one face or one cluster. Reading only.
import { Injectable } from '@nestjs/common';
import { findDependents, type Dependent, operationNotFound } from '../clusters/undoing/undo-operations.js';
import type { OperationPage } from '../database/repositories/operation-repository.js';
import type { OperationSubjects } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { type Told, type ToldOperation, tell } from './told-operations.js';

export interface OperationView {
  readonly told: Told;
  readonly operation: ToldOperation;
  readonly subjects: OperationSubjects;
  /** What must be taken back first; empty when it can not be taken back at all. */
  readonly dependents: readonly Dependent[];
}

@Injectable()
export class OperationsService {
  constructor(private readonly tenants: TenantStore) {}

  /** Newest first. */
  list(tenantId: string, page: OperationPage): Promise<Told> {
    return this.tenants
      .forTenant(tenantId)
      .read(async (repositories) => tell(repositories, await repositories.operations.list(page)));
  }

  /** @throws DomainError operation.not_found */
  get(tenantId: string, operationId: string): Promise<OperationView> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const record = await repositories.operations.find(operationId);
      if (record === null) throw operationNotFound();
      const told = await tell(repositories, [record]);
      const operation = told.operations[0];
      if (operation === undefined) throw operationNotFound();
      const { kind, changes } = operation.worded;
      const dependents =
        operation.notUndoable !== null || changes === null
          ? []
          : await findDependents(repositories, { id: record.id, kind, undoesId: record.undoesId, changes });
      return { told, operation, subjects: await repositories.operations.subjectsOf(operationId), dependents };
    });
  }

  /** Newest first. An erased face keeps its history. @throws DomainError face.not_found for one that there never was. */
  ofFace(tenantId: string, faceId: string, page: OperationPage): Promise<Told> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const records = await repositories.operations.list({ ...page, faceId });
      if (
        records.length === 0 &&
        page.after === undefined &&
        (await repositories.faces.find(faceId)) === null
      ) {
        throw new DomainError('face.not_found', 'There is no such face.');
      }
      return tell(repositories, records);
    });
  }

  /** As `ofFace`. @throws DomainError cluster.not_found */
  ofCluster(tenantId: string, clusterId: string, page: OperationPage): Promise<Told> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const records = await repositories.operations.list({ ...page, clusterId });
      if (
        records.length === 0 &&
        page.after === undefined &&
        (await repositories.clusters.find(clusterId)) === null
      ) {
        throw new DomainError('cluster.not_found', 'There is no such cluster.');
      }
      return tell(repositories, records);
    });
  }
}
