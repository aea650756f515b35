// Gives a tenant that has grown large an approximate index, and takes it away when it has become small again. A job, so
// that uploads go on meanwhile.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { JobRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { VectorIndexes } from '../database/vectors/vector-indexes.js';
import type { VectorIndexStep } from '../database/vectors/vector-index-policy.js';
import { DomainError } from '../domain/domain-error.js';
import { LOGGER } from '../http/logger.js';
import { BackgroundJobs, type JobContext } from '../jobs/background-jobs.js';

/** Faces of a tenant that come or go in this process before its size is looked at again. */
const FACES_BETWEEN_LOOKS = 1000;

@Injectable()
export class VectorIndexUpkeep {
  private readonly changed = new Map<string, number>();

  constructor(
    private readonly tenants: TenantStore,
    private readonly indexes: VectorIndexes,
    private readonly jobs: BackgroundJobs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Told of faces that came or went. Now and then it looks at the tenant's size, behind the caller's back. */
  note(tenantId: string, faces: number): void {
    const changed = (this.changed.get(tenantId) ?? 0) + faces;
    this.changed.set(tenantId, changed % FACES_BETWEEN_LOOKS);
    if (changed < FACES_BETWEEN_LOOKS) return;
    this.lookAtCurrent(tenantId).catch((error: unknown) =>
      this.logger.error({ err: error }, 'the size of a tenant could not be looked at'),
    );
  }

  private async lookAtCurrent(tenantId: string): Promise<void> {
    const space = await this.tenants.forTenant(tenantId).read(({ tenant }) => tenant.space());
    if (space !== null) await this.look(tenantId, space);
  }

  /** Orders what the tenant's size asks for. @returns The job, or null when nothing is to be done. */
  async look(tenantId: string, space: string): Promise<JobRecord | null> {
    if (!this.indexes.supported || (await this.nextStep(tenantId, space)) === 'none') return null;
    return this.jobs.submit(tenantId, 'tend_vector_index', { space });
  }

  /** Starts taking such jobs in this process, one at a time: a build uses a core and much memory of the server. */
  async startWorker(): Promise<void> {
    await this.jobs.work('tend_vector_index', 1, (context) => this.tend(context));
  }

  private async tend({ tenantId, input }: JobContext): Promise<Record<string, unknown>> {
    const space = String(input['space']);
    const step = await this.nextStep(tenantId, space);
    const done =
      step === 'none' ||
      (step === 'build'
        ? await this.indexes.build(tenantId, space)
        : await this.indexes.drop(tenantId, space));
    if (!done)
      throw new DomainError('database.busy', 'Another process tends this index.', { retryable: true });
    return { step };
  }

  private async nextStep(tenantId: string, space: string): Promise<VectorIndexStep> {
    const embeddings = await this.tenants
      .forTenant(tenantId)
      .read((repositories) => repositories.embeddings.countUpTo(space, this.indexes.countLimit));
    return this.indexes.nextStep(tenantId, space, embeddings);
  }
}
