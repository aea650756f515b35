// Undo: takes an operation back, as an operation of its own that can be taken back again. One transaction.
import { Injectable } from '@nestjs/common';
import type { OperationRecord } from '../../database/records.js';
import { type TenantRepositories, TenantStore } from '../../database/tenant-store.js';
import { isOperationKind, SPOKEN_KINDS } from '../../domain/cluster/operation-origin.js';
import { clustersOf, facesOf, parseRecordedChanges } from '../../domain/cluster/recorded-changes.js';
import { type LeftFaces, planUndo } from '../../domain/cluster/undo.js';
import {
  dependentsOf,
  type LaterOperation,
  type RecordedOperation,
  undoneBy,
} from '../../domain/cluster/undo-dependents.js';
import { kindToUndo, refuseNotUndoable } from '../../domain/cluster/undoable.js';
import { DomainError } from '../../domain/domain-error.js';
import { type AppliedOperation, ApplyPlan } from '../applying/apply-plan.js';
import { AssignmentPolicies } from '../assignment/assignment-policies.js';
import { loadUndoFacts } from './load-undo-facts.js';

export interface UndoReport {
  readonly operation: AppliedOperation;
  readonly undoesId: string;
  readonly left: LeftFaces;
}

@Injectable()
export class UndoOperations {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /**
   * The undo of an undo is a redo.
   * @throws DomainError operation.not_found, operation.not_undoable (with the reason), operation.has_dependents (with the
   * later decisions that must be taken back first).
   */
  async undo(tenantId: string, operationId: string, actor: string): Promise<UndoReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const record = await repositories.operations.find(operationId);
      if (record === null) throw operationNotFound();
      const operation = await recorded(repositories, record);
      await refuseDependents(repositories, operation);
      const { left, ...plan } = planUndo(operation, await loadUndoFacts(repositories, operation.changes));
      const policy = await this.policies.forTenant(repositories);
      const applied = await this.plans.apply(repositories, plan, {
        actor,
        at: new Date(),
        policy,
        undoesId: operationId,
        details: { undoes: { id: operationId, kind: record.kind }, left },
      });
      return { operation: applied, undoesId: operationId, left };
    });
  }
}

export const operationNotFound = (): DomainError =>
  new DomainError('operation.not_found', 'There is no such operation.');

/** @throws DomainError operation.not_undoable */
async function recorded(
  repositories: TenantRepositories,
  record: OperationRecord,
): Promise<RecordedOperation> {
  const links = await repositories.operations.undoLinks([record.id]);
  const changes = parseRecordedChanges(record.changes);
  if (!isOperationKind(record.kind)) throw operationNotFound();
  refuseNotUndoable(kindToUndo(record.kind, record.changes), changes, undoneBy(record.id, links));
  return { id: record.id, kind: record.kind, undoesId: record.undoesId, changes };
}

/** @throws DomainError operation.has_dependents */
export async function refuseDependents(
  repositories: TenantRepositories,
  operation: RecordedOperation,
): Promise<void> {
  const dependents = await findDependents(repositories, operation);
  if (dependents.length === 0) return;
  throw new DomainError(
    'operation.has_dependents',
    'Later decisions about the same faces or clusters stand; undo them first, the newest first.',
    {
      extensions: {
        operations: dependents.map(({ id, kind, actor, createdAt, sharedFaceIds, sharedClusterIds }) => ({
          id,
          kind,
          actor,
          created_at: createdAt.toISOString(),
          face_ids: sharedFaceIds,
          cluster_ids: sharedClusterIds,
        })),
      },
    },
  );
}

export type Dependent = LaterOperation & Pick<OperationRecord, 'actor' | 'createdAt'>;

/** What must be taken back before this operation, oldest first. */
export async function findDependents(
  repositories: TenantRepositories,
  operation: RecordedOperation,
): Promise<Dependent[]> {
  const { changes } = operation;
  const retired = await repositories.constraints.findMany(changes.constraints_retired);
  const later = await repositories.operations.listLaterAbout(
    operation.id,
    {
      faceIds: [...facesOf(changes), ...retired.flatMap(({ faceA, faceB }) => [faceA, faceB])],
      clusterIds: clustersOf(changes),
    },
    SPOKEN_KINDS,
  );
  const links = await repositories.operations.undoLinks(later.map(({ operation: { id } }) => id));
  const known = later.flatMap(({ operation: record, shared }): Dependent[] => {
    const { id, kind, undoesId, actor, createdAt } = record;
    const parsed = parseRecordedChanges(record.changes);
    if (parsed === null || !isOperationKind(kind)) return [];
    const { faceIds: sharedFaceIds, clusterIds: sharedClusterIds } = shared;
    return [{ id, kind, undoesId, actor, createdAt, changes: parsed, sharedFaceIds, sharedClusterIds }];
  });
  const standing = new Set(dependentsOf(operation, known, links).map((other) => other.id));
  return known.filter((other) => standing.has(other.id));
}
