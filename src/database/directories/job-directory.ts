// The table `jobs` over all tenants: which ones did a stopped process leave behind?
import type { JobState } from '../records.js';
import type { Transaction } from '../transaction-client.js';

/** A job as far as a worker needs to know it before it works as the job's tenant. */
export interface ResumableJob {
  readonly tenantId: string;
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
}

export class JobDirectory {
  constructor(private readonly tx: Transaction) {}

  /** Queued and running jobs, oldest first. */
  async listResumable(limit: number): Promise<ResumableJob[]> {
    return this.tx.$queryRaw`
      SELECT tenant_id AS "tenantId", id, kind, state, created_at AS "createdAt", started_at AS "startedAt"
      FROM jobs WHERE state IN ('queued', 'running')
      ORDER BY created_at, id LIMIT ${limit}::int`;
  }

  /** The tenant of a job, or null when there is no such job. */
  async findOwner(id: string): Promise<string | null> {
    const [row] = await this.tx.$queryRaw<{ tenantId: string }[]>`
      SELECT tenant_id AS "tenantId" FROM jobs WHERE id = ${id}::uuid ORDER BY tenant_id LIMIT 1`;
    return row?.tenantId ?? null;
  }
}
