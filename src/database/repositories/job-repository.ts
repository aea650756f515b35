// The table `jobs` of one tenant: background work that a client can watch.
import type { Job, Prisma } from '../generated/client.js';
import type { IdPage } from '../page.js';
import type { JobRecord, JobState, JsonObject } from '../records.js';
import { jsonInput, jsonInputOrNull, type Transaction } from '../transaction-client.js';

export interface JobPage extends IdPage {
  readonly states?: readonly JobState[] | undefined;
  readonly kind?: string | undefined;
}

export type JobPatch = Partial<
  Pick<JobRecord, 'state' | 'progress' | 'result' | 'problem' | 'startedAt' | 'finishedAt'>
>;

const toRecord = (row: Omit<Job, 'tenantId'>): JobRecord => ({
  ...row,
  state: row.state as JobState,
  progress: row.progress as JsonObject,
  input: row.input as JsonObject,
  result: row.result as JsonObject | null,
  problem: row.problem as JsonObject | null,
});

export class JobRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  async insert(job: JobRecord): Promise<void> {
    await this.tx.job.createMany({
      data: [
        {
          ...job,
          tenantId: this.tenantId,
          progress: jsonInput(job.progress),
          input: jsonInput(job.input),
          result: jsonInputOrNull(job.result),
          problem: jsonInputOrNull(job.problem),
        },
      ],
    });
  }

  /** Jobs of a kind that nobody has begun. @param max Counted at most. */
  async countQueued(kind: string, max: number): Promise<number> {
    const rows = await this.tx.job.findMany({
      where: { tenantId: this.tenantId, state: 'queued', kind },
      take: max,
      select: { id: true },
    });
    return rows.length;
  }

  async find(id: string): Promise<JobRecord | null> {
    const row = await this.tx.job.findUnique({
      where: { tenantId_id: { tenantId: this.tenantId, id } },
      omit: { tenantId: true },
    });
    return row && toRecord(row);
  }

  /** Newest first. */
  async list({ limit, after, states, kind }: JobPage): Promise<JobRecord[]> {
    const rows = await this.tx.job.findMany({
      where: {
        tenantId: this.tenantId,
        ...(after === undefined ? {} : { id: { lt: after } }),
        ...(states ? { state: { in: [...states] } } : {}),
        ...(kind === undefined ? {} : { kind }),
      },
      orderBy: { id: 'desc' },
      take: limit,
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  /**
   * Changes a job, when it is in one of the states `from`; without `from`, whatever its state.
   * @returns The job as it is now, or null when it is unknown or in another state.
   */
  async update(id: string, patch: JobPatch, from?: readonly JobState[]): Promise<JobRecord | null> {
    const { progress, result, problem, ...plain } = patch;
    const data: Prisma.JobUpdateManyMutationInput = { ...plain };
    if (progress !== undefined) data.progress = jsonInput(progress);
    if (result !== undefined) data.result = jsonInputOrNull(result);
    if (problem !== undefined) data.problem = jsonInputOrNull(problem);
    const [row] = await this.tx.job.updateManyAndReturn({
      where: { tenantId: this.tenantId, id, ...(from ? { state: { in: [...from] } } : {}) },
      data,
      omit: { tenantId: true },
    });
    return row ? toRecord(row) : null;
  }
}
