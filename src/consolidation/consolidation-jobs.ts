// Consolidation as a job: read, group on a thread of its own, change what differs. Large tenants: see large-tenants.ts.
import { Injectable } from '@nestjs/common';
import { AssignmentPolicies } from '../clusters/assignment/assignment-policies.js';
import { Consolidations, overtaken } from '../clusters/regrouping/consolidations.js';
import { presentRegrouping } from '../clusters/regrouping/regrouping.response.js';
import { CONSOLIDATION_FACES_MAX, readCensus } from '../clusters/regrouping/read-census.js';
import { readClosure } from '../clusters/regrouping/read-closure.js';
import type { JobRecord } from '../database/records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { DomainError } from '../domain/domain-error.js';
import { BackgroundJobs, type JobContext } from '../jobs/background-jobs.js';
import { GroupingThread } from '../clusters/regrouping/grouping-thread.js';
import { LargeTenants } from './large-tenants.js';

/** Groupings that may be overtaken by people before the job is tried again later. */
const ATTEMPTS = 4;

export interface Order {
  /** Change nothing: tell what would be changed. */
  readonly dryRun?: boolean;
  /** Only faces that have changed since the last time, and those that depend on them; false: all faces of the tenant. */
  readonly changedOnly?: boolean;
  readonly actor: string;
}

@Injectable()
export class ConsolidationJobs {
  constructor(
    private readonly tenants: TenantStore,
    private readonly consolidations: Consolidations,
    private readonly jobs: BackgroundJobs,
    private readonly policies: AssignmentPolicies,
    private readonly thread: GroupingThread,
    private readonly large: LargeTenants,
  ) {}

  /**
   * Orders a consolidation; one that waits already is answered instead of a second one.
   * @throws DomainError tenant.not_found, consolidation.unavailable
   */
  async order(tenantId: string, { dryRun = false, changedOnly = false, actor }: Order): Promise<JobRecord> {
    await this.tenants.forTenant(tenantId).read(async (repositories) => {
      if ((await repositories.tenant.find()) === null)
        throw new DomainError('tenant.not_found', 'There is no such tenant.');
      await this.evidenceOf(repositories);
    });
    return this.jobs.submitOnce(
      tenantId,
      'consolidate',
      { dry_run: dryRun, changed_only: changedOnly, actor },
      (input) => input['dry_run'] === dryRun && (input['changed_only'] === true) === changedOnly,
    );
  }

  /** Starts taking such jobs in this process, one at a time: grouping uses a core. */
  async startWorker(): Promise<void> {
    await this.jobs.work('consolidate', 1, (context) => this.work(context));
  }

  private async work({ tenantId, input }: JobContext): Promise<Record<string, unknown>> {
    const dryRun = input['dry_run'] === true;
    const scope = this.tenants.forTenant(tenantId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { evidence, isLarge } = await scope.read(async (repositories) => ({
        evidence: await this.evidenceOf(repositories),
        isLarge:
          (await repositories.faceCensus.countUpTo(CONSOLIDATION_FACES_MAX + 1)) > CONSOLIDATION_FACES_MAX,
      }));
      if (isLarge) return this.large.run({ tenantId, dryRun, actor: String(input['actor']) }, evidence);
      const part = input['changed_only'] === true ? await readClosure(scope, evidence) : null;
      const census = part ?? (await readCensus(scope, evidence));
      const groups = await this.thread.run(census.task);
      const report = dryRun
        ? await this.consolidations.preview(tenantId, census, groups)
        : await this.consolidations.carryOut(tenantId, census, groups, String(input['actor']));
      if (report !== null) return { dry_run: dryRun, ...presentRegrouping(report) };
    }
    throw overtaken();
  }

  /** As the tenant's answers refitted it. @throws DomainError consolidation.unavailable */
  private async evidenceOf(repositories: TenantRepositories): Promise<EvidenceCalibration> {
    const { known, space } = await this.policies.forTenant(repositories);
    if (known !== null) return known;
    throw new DomainError(
      'consolidation.unavailable',
      `The model pack "${space}" is not installed or has no evidence.json; consolidation needs one.`,
    );
  }
}
