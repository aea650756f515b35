// The job of a tenant that is too large to be compared whole, without HTTP and queue, and ended at will.
import type { AssignmentPolicies } from '../src/clusters/assignment/assignment-policies.js';
import type { TenantStore } from '../src/database/tenant-store.js';
import type { EvidenceCalibration } from '../src/domain/cluster/qel/evidence-calibration.js';
import { compiled } from './repository.js';

export interface ConsolidationOrder {
  readonly dryRun?: boolean;
  /** The process ends after this time: its thread stops in the middle of a neighbourhood. ms */
  readonly endAfterMs?: number;
}

/** @returns What the job says; null: it was ended. */
export async function consolidateLargeTenant(
  parts: {
    readonly tenants: TenantStore;
    readonly policies: AssignmentPolicies;
    readonly evidence: EvidenceCalibration;
  },
  tenantId: string,
  order: ConsolidationOrder,
): Promise<Record<string, unknown> | null> {
  const { tenants, policies, evidence } = parts;
  const { Consolidations } = await compiled<typeof import('../src/clusters/regrouping/consolidations.js')>(
    'clusters/regrouping/consolidations.js',
  );
  const { GroupingThread } = await compiled<typeof import('../src/clusters/regrouping/grouping-thread.js')>(
    'clusters/regrouping/grouping-thread.js',
  );
  const { LargeTenants } = await compiled<typeof import('../src/consolidation/large-tenants.js')>(
    'consolidation/large-tenants.js',
  );
  const { ApplyPlan } = await compiled<typeof import('../src/clusters/applying/apply-plan.js')>(
    'clusters/applying/apply-plan.js',
  );
  const { DomainError } =
    await compiled<typeof import('../src/domain/domain-error.js')>('domain/domain-error.js');
  const thread = new GroupingThread();
  const service = new LargeTenants(tenants, new Consolidations(tenants, policies, new ApplyPlan()), thread);
  const { endAfterMs } = order;
  const ending =
    endAfterMs === undefined ? undefined : setTimeout(() => void thread.onModuleDestroy(), endAfterMs);
  try {
    return await service.run({ tenantId, dryRun: order.dryRun ?? false, actor: 'machine' }, evidence);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'service.stopping') return null;
    throw error;
  } finally {
    clearTimeout(ending);
    await thread.onModuleDestroy();
  }
}
