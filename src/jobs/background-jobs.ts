// Jobs that outlive their request: a row that the tenant can look at, and a message that some worker takes.
//
// [Note: The row is the truth]
// The row is written first, the message sent after. A crash between the two leaves a queued row without a message;
// `resume` sends it again at the next start, and a message that is sent twice is one message (its id is the job's id).
//
// [Note: Turns of queued jobs]
// A job's priority is minus the jobs of its tenant that wait before it. So the first of one tenant goes before the hundredth
// of another, which was there earlier, and tenants that send alike are served alike.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { SystemStore } from '../database/system-store.js';
import type { JobRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { JOB_KINDS, JobQueue, type JobAttempt, type JobKind } from '../queue/job-queue.js';

/** What a job's work is given. */
export interface JobContext {
  readonly tenantId: string;
  readonly jobId: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Does the work and answers what the job's `result` shall say. It may run again after a crash, so it must be idempotent. */
export type JobWork = (context: JobContext) => Promise<Record<string, unknown>>;

const notFound = (): DomainError => new DomainError('job.not_found', 'There is no such job.');

/** Jobs sent again at a start; what is beyond is sent at the next one. */
const RESUME_MAX = 10_000;
/** Jobs of a tenant that are told apart by priority; those beyond are served in the order of arrival. */
const TURNS_MAX = 1000;

/** Waiting jobs of one tenant and kind that are looked at for a like one. */
const WAITING_MAX = 100;

const queuedJob = (id: string, kind: JobKind, input: Record<string, unknown>): JobRecord => ({
  id,
  kind,
  state: 'queued',
  progress: {},
  input,
  result: null,
  problem: null,
  createdAt: new Date(),
  startedAt: null,
  finishedAt: null,
});

@Injectable()
export class BackgroundJobs {
  constructor(
    private readonly tenants: TenantStore,
    private readonly system: SystemStore,
    private readonly queue: JobQueue,
  ) {}

  /** Accepts a job: from here on it will be done, or fail with a reason, whatever happens to this process. */
  async submit(
    tenantId: string,
    kind: JobKind,
    input: Record<string, unknown>,
    jobId: string = uuidv7(),
  ): Promise<JobRecord> {
    const job = queuedJob(jobId, kind, input);
    const before = await this.tenants.forTenant(tenantId).transaction(async ({ jobs }) => {
      const waiting = await jobs.countQueued(kind, TURNS_MAX);
      await jobs.insert(job);
      return waiting;
    });
    await this.queue.send(kind, { tenantId, jobId }, -before);
    return job;
  }

  /**
   * Like `submit`, unless a job of this kind waits already that will do the same: then that one is answered.
   * @param same Whether a waiting job's input asks for the same.
   */
  async submitOnce(
    tenantId: string,
    kind: JobKind,
    input: Record<string, unknown>,
    same: (input: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<JobRecord> {
    const { job, before } = await this.tenants.forTenant(tenantId).transaction(async ({ jobs }) => {
      const waiting = await jobs.list({ kind, states: ['queued'], limit: WAITING_MAX });
      const found = waiting.find((one) => same(one.input));
      if (found !== undefined) return { job: found, before: 0 };
      const fresh = queuedJob(uuidv7(), kind, input);
      await jobs.insert(fresh);
      return { job: fresh, before: waiting.length };
    });
    // One that waits may have lost its message; sending it again changes nothing.
    await this.queue.send(kind, { tenantId, jobId: job.id }, -before);
    return job;
  }

  /**
   * @param tenantId The only tenant whose jobs may be seen; undefined: the operator, who may see all.
   * @throws DomainError job.not_found, also for another tenant's job.
   */
  async get(jobId: string, tenantId: string | undefined): Promise<JobRecord> {
    const owner = tenantId ?? (await this.ownerOf(jobId));
    const job =
      owner && (await this.tenants.forTenant(owner).read((repositories) => repositories.jobs.find(jobId)));
    if (!job) throw notFound();
    return job;
  }

  /** @throws DomainError job.not_found, and job.not_cancellable when it has begun or ended. */
  async cancel(jobId: string, tenantId: string | undefined): Promise<JobRecord> {
    const owner = tenantId ?? (await this.ownerOf(jobId));
    if (!owner) throw notFound();
    return this.tenants.forTenant(owner).transaction(async ({ jobs }) => {
      if (!(await jobs.find(jobId))) throw notFound();
      const cancelled = await jobs.update(jobId, { state: 'cancelled', finishedAt: new Date() }, ['queued']);
      if (!cancelled) throw new DomainError('job.not_cancellable', 'The job has begun or ended.');
      return cancelled;
    });
  }

  private ownerOf(jobId: string): Promise<string | null> {
    return this.system.transaction((repositories) => repositories.jobs.findOwner(jobId));
  }

  /** Takes jobs of one kind, `concurrency` at once. */
  async work(kind: JobKind, concurrency: number, work: JobWork): Promise<void> {
    await this.queue.work(kind, concurrency, (attempt) => this.attempt(attempt, work));
  }

  /** Sends the messages of queued jobs again: one may have been lost in a crash. */
  async resume(): Promise<number> {
    const open = await this.system.transaction((repositories) => repositories.jobs.listResumable(RESUME_MAX));
    const queued = open.filter(({ kind }) => (JOB_KINDS as readonly string[]).includes(kind));
    for (const { tenantId, id, kind } of queued)
      await this.queue.send(kind as JobKind, { tenantId, jobId: id });
    return queued.length;
  }

  private async attempt({ tenantId, jobId, last }: JobAttempt, work: JobWork): Promise<void> {
    const scope = this.tenants.forTenant(tenantId);
    const job = await scope.read((repositories) => repositories.jobs.find(jobId));
    // Cancelled, erased with its tenant, or done by an attempt whose end the queue did not hear of.
    if (!job || job.finishedAt !== null) return;
    await scope.transaction((r) =>
      r.jobs.update(jobId, { state: 'running', startedAt: job.startedAt ?? new Date() }),
    );
    try {
      const result = await work({ tenantId, jobId, input: job.input });
      await scope.transaction((r) =>
        r.jobs.update(jobId, { state: 'succeeded', result, finishedAt: new Date() }),
      );
    } catch (error) {
      const final = last || (error instanceof DomainError && !error.retryable);
      if (!final) {
        await scope.transaction((r) => r.jobs.update(jobId, { state: 'queued' }));
        throw error;
      }
      await scope.transaction((r) =>
        r.jobs.update(jobId, { state: 'failed', problem: problemOf(error), finishedAt: new Date() }),
      );
      // An error that nobody coded is a fault of ours: the queue logs it.
      if (!(error instanceof DomainError)) throw error;
    }
  }
}

function problemOf(error: unknown): Record<string, unknown> {
  return error instanceof DomainError
    ? { code: error.code, detail: error.detail }
    : { code: 'internal', detail: 'the job failed' };
}
