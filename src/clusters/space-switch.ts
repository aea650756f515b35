// A tenant moves to another space, and back: one short transaction each way, one operation, under the tenant's lock. Vectors and
// measures are there already (src/model-changes); here they come into force, and clusters follow the faces that are in them.
import { Injectable } from '@nestjs/common';
import type { ModelChangeRecord } from '../database/repositories/model-change-records.js';
import type { JsonObject } from '../database/records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import type { GroupedFaces } from '../domain/cluster/consolidation/group-faces.js';
import type { Change } from '../domain/cluster/change-plan.js';
import { parseRecordedChanges, type RecordedChanges } from '../domain/cluster/recorded-changes.js';
import { planUndo } from '../domain/cluster/undo.js';
import { ApplyPlan } from './applying/apply-plan.js';
import { AssignmentPolicies } from './assignment/assignment-policies.js';
import { type ConsolidationReport, Consolidations, sinceThen } from './regrouping/consolidations.js';
import { loadUndoFacts } from './undoing/load-undo-facts.js';
import type { TenantCensus } from './regrouping/read-census.js';
import { operationNotFound, refuseDependents } from './undoing/undo-operations.js';

/** Groups in the other space. */
export interface GroupsMade {
  readonly census: TenantCensus;
  readonly groups: GroupedFaces;
}

/** overtaken: people decided something since the groups were made. stopped: the change was given up. */
export type SwitchReport =
  | { readonly kind: 'overtaken' | 'stopped' | 'switched' }
  | { readonly kind: 'previewed'; readonly report: ConsolidationReport };

export type ReturnReport =
  { readonly kind: 'stopped' | 'incomplete' } | { readonly kind: 'returned'; readonly operationId: string };

@Injectable()
export class SpaceSwitch {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
    private readonly consolidations: Consolidations,
  ) {}

  /** What the switch would change; nothing is changed. */
  async preview(
    tenantId: string,
    { toSpace }: ModelChangeRecord,
    { census, groups }: GroupsMade,
  ): Promise<SwitchReport> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      if ((await sinceThen(repositories, census)) === 'overtaken') return { kind: 'overtaken' };
      const policy = this.policies.forSettings(await repositories.tenant.settings(), toSpace);
      const planned = await this.consolidations.plan(repositories, census, groups, policy);
      return { kind: 'previewed', report: { ...reportOf(planned), operationId: null } };
    });
  }

  /**
   * @param made null: clusters stay as they are; every face keeps its place.
   * @param resultOf What is kept of the report with the change.
   */
  async carryOut(
    tenantId: string,
    changeId: string,
    made: GroupsMade | null,
    resultOf: (report: ConsolidationReport | null) => JsonObject,
  ): Promise<SwitchReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const { tenant, centroids, modelChanges, shadow, audit } = repositories;
      const change = await modelChanges.find(changeId);
      if (change?.phase !== 'switching') return { kind: 'stopped' };
      const since = made === null ? 'photos' : await sinceThen(repositories, made.census);
      if (since === 'overtaken') return { kind: 'overtaken' };
      await shadow.exchangeMeasures(changeId);
      await tenant.setSpace(change.toSpace);
      await centroids.rebuild(change.toSpace);
      const policy = await this.policies.forTenant(repositories);
      const planned =
        made && (await this.consolidations.plan(repositories, made.census, made.groups, policy));
      const at = new Date();
      const { operationId } = await this.plans.apply(
        repositories,
        { kind: 'change_model', changes: planned?.changes ?? [] },
        {
          actor: change.actor,
          at,
          policy,
          details: { from_space: change.fromSpace, to_space: change.toSpace, model_change_id: changeId },
        },
      );
      if (since === 'nothing') await tenant.markConsolidated(operationId);
      await shadow.markRestLate(changeId);
      await audit.append({
        at,
        actor: change.actor,
        action: 'tenant.model_changed',
        subjectId: changeId,
        details: { from: change.fromSpace, to: change.toSpace },
      });
      const report = planned && { ...reportOf(planned), operationId };
      const result = { ...resultOf(report), operation_id: operationId };
      await modelChanges.update(changeId, { phase: 'arriving', operationId, switchedAt: at, result });
      return { kind: 'switched' };
    });
  }

  /** Whether the switch can be taken back now. @throws DomainError operation.has_dependents */
  async refuseDependents(repositories: TenantRepositories, change: ModelChangeRecord): Promise<void> {
    const { id, changes } = await recordedSwitch(repositories, change);
    await refuseDependents(repositories, { id, kind: 'change_model', undoesId: null, changes });
  }

  /**
   * Back to the former space: clusters, faces and measures are as they stood before the switch. Faces that only the other models
   * found go, unless a human has said something about them.
   * @throws DomainError operation.has_dependents
   */
  async back(tenantId: string, changeId: string): Promise<ReturnReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const { tenant, centroids, modelChanges, shadow, audit } = repositories;
      const change = await modelChanges.find(changeId);
      if (change?.phase !== 'returning') return { kind: 'stopped' };
      if ((await shadow.imagesWithout(changeId, change.fromSpace, 1)).length > 0)
        return { kind: 'incomplete' };
      const { id, changes } = await recordedSwitch(repositories, change);
      await refuseDependents(repositories, { id, kind: 'change_model', undoesId: null, changes });
      await shadow.exchangeMeasures(changeId);
      await tenant.setSpace(change.fromSpace);
      await centroids.rebuild(change.fromSpace);
      const plan = planUndo(
        { id, kind: 'change_model', changes },
        await loadUndoFacts(repositories, changes),
      );
      const leaving = await shadow.foundUntouched(changeId);
      const policy = await this.policies.forTenant(repositories);
      const at = new Date();
      const { operationId } = await this.plans.apply(
        repositories,
        { kind: 'undo', changes: withErasures(plan.changes, leaving), askAnewAbout: plan.askAnewAbout ?? [] },
        {
          actor: change.actor,
          at,
          policy,
          undoesId: id,
          details: { undoes: { id, kind: 'change_model' }, left: plan.left },
        },
      );
      await modelChanges.update(changeId, { phase: 'erasing', outcome: 'undone' });
      await audit.append({
        at,
        actor: change.actor,
        action: 'tenant.model_change_undone',
        subjectId: changeId,
        details: { from: change.toSpace, to: change.fromSpace },
      });
      return { kind: 'returned', operationId };
    });
  }
}

const reportOf = ({ faces, difference, questions }: Omit<ConsolidationReport, 'operationId'>) => ({
  faces,
  difference,
  questions,
});

async function recordedSwitch(
  { operations }: TenantRepositories,
  { operationId }: ModelChangeRecord,
): Promise<{ readonly id: string; readonly changes: RecordedChanges }> {
  const record = operationId === null ? null : await operations.find(operationId);
  const changes = record && parseRecordedChanges(record.changes);
  if (record === null || changes === null) throw operationNotFound();
  return { id: record.id, changes };
}

/** A face that goes is not moved first. */
function withErasures(changes: readonly Change[], leaving: readonly string[]): Change[] {
  const gone = new Set(leaving);
  return [
    ...changes.filter((change) => change.do !== 'move_face' || !gone.has(change.faceId)),
    ...leaving.map((faceId): Change => ({ do: 'erase_face', faceId })),
  ];
}
