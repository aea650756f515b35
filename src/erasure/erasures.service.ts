// Erasures: accepted, looked at, waited for. Of a tenant by a job; of a face, an image or a person within the request.
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Actor } from '../auth/acted-by.js';
import type { AuditEvent } from '../database/repositories/audit-record.js';
import type { ErasureRecord } from '../database/repositories/erasure-record.js';
import { SystemStore } from '../database/system-store.js';
import { TenantStore, type TenantRepositories } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { LOGGER } from '../http/logger.js';
import { ErasureRunner } from './erasure-runner.js';
import { ErasureSteps } from './erasure-steps.js';
import { refuseUnderHold } from './legal-hold.js';
import { newErasureId, openErasure } from './open-erasure.js';

const POLL_MS = 100;
const WAIT_MS = 60_000;

/** An erasure as it is now, with the salt that it began with. */
export interface EndedErasure {
  readonly erasure: ErasureRecord;
  readonly salt: string | null;
}

@Injectable()
export class ErasuresService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly system: SystemStore,
    private readonly runner: ErasureRunner,
    private readonly steps: ErasureSteps,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Blocks the tenant, revokes its keys and has everything of it erased, whatever happens to this process. Asked again, it
   * answers the erasure that is under way. @throws DomainError tenant.not_found, retention.legal_hold
   */
  async acceptTenant(tenantId: string, by: Actor): Promise<ErasureRecord> {
    try {
      return await this.tenants
        .forTenant(tenantId)
        .transaction((repositories) => this.beginTenant(repositories, { ...by, at: new Date() }));
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'tenant.erasing') throw error;
      return await this.get(String(error.extensions['erasure_id']));
    } finally {
      this.runner.wake();
    }
  }

  /**
   * The same in a transaction of the caller's, who calls `taken` after it. @throws DomainError retention.legal_hold
   */
  async beginTenant(
    repositories: TenantRepositories,
    event: Omit<AuditEvent, 'action'>,
  ): Promise<ErasureRecord> {
    await refuseUnderHold(repositories);
    const { tenant, apiKeys, audit } = repositories;
    // The tenant's name leads to its log only while its row is there.
    await audit.append({ ...event, action: 'tenant.erased' });
    const id = newErasureId();
    await tenant.block(id);
    const counts = { api_keys: await apiKeys.deleteAll() };
    return openErasure(repositories, id, {
      kind: 'tenant',
      subjectId: null,
      phase: 'rows',
      counts,
      work: {},
    });
  }

  /** Looks for what was begun: another process does the work where this one is no worker. */
  taken(): void {
    this.runner.wake();
  }

  /**
   * Does the rest of an erasure whose rows are gone: files, verification, receipt. A crash or a fault before its end leaves it to the
   * runner.
   */
  async complete({ id, salt }: ErasureRecord): Promise<EndedErasure> {
    try {
      await this.steps.run(id);
    } catch (error) {
      this.logger.error({ err: error, erasure: id }, 'an erasure will be ended later');
    }
    return { erasure: await this.get(id), salt };
  }

  /** @throws DomainError erasure.not_found */
  async get(id: string): Promise<ErasureRecord> {
    const erasure = await this.system.transaction(({ erasures }) => erasures.find(id));
    if (!erasure) throw new DomainError('erasure.not_found', 'There is no such erasure.');
    return erasure;
  }

  /**
   * For callers who know of no jobs: accepts, and answers at the end, or after a minute. What takes longer goes on, and the
   * tenant is closed from the start. @throws DomainError tenant.not_found
   */
  async eraseTenant(tenantId: string, by: Actor): Promise<void> {
    const { id } = await this.acceptTenant(tenantId, by);
    await this.waitFor(id, WAIT_MS);
  }

  /** The erasure when it is done, or as it is after the time. */
  async waitFor(id: string, ms: number): Promise<ErasureRecord> {
    for (const end = Date.now() + ms; ;) {
      const erasure = await this.get(id);
      if (erasure.phase === 'done' || Date.now() >= end) return erasure;
      await sleep(POLL_MS);
    }
  }
}
