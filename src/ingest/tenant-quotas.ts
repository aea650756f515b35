// What a tenant may hold, and how many of its photos may be under way in this process.
import { Injectable } from '@nestjs/common';
import { LimitsOfTenants } from '../auth/limits-of-tenants.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { limitsStorage, passedLimit, type TenantUsage } from '../domain/limits/tenant-limits.js';

/** Seconds after which a photo may have ended. */
const INGEST_RETRY_SECONDS = 2;
/** A full gallery stays full until somebody erases or the operator gives more: asking each second helps nobody. s */
const STORAGE_RETRY_SECONDS = 3600;

@Injectable()
export class TenantQuotas {
  /** Tenant → photos under way. */
  private readonly underWay = new Map<string, number>();

  constructor(private readonly limits: LimitsOfTenants) {}

  /**
   * Throws DomainError tenant.quota_exceeded when the tenant may not hold this on top of what it holds. Under the tenant's
   * lock the answer is exact; without it, it spares work that would be thrown away.
   */
  async checkStorage({ tenant }: TenantRepositories, more: TenantUsage): Promise<void> {
    const limits = this.limits.fromSettings(await tenant.settings());
    if (!limitsStorage(limits)) return;
    const held = await tenant.usage();
    const passed = passedLimit(limits, held, more);
    if (passed === undefined) return;
    const { limit, max } = passed;
    throw new DomainError('tenant.quota_exceeded', `The tenant may hold ${max} ${limit}.`, {
      retryAfterSeconds: STORAGE_RETRY_SECONDS,
      rateLimit: { policy: limit, quota: max, remaining: max - held[limit] },
      extensions: { limit, max, held: held[limit] },
    });
  }

  /** Runs the work on one photo of a tenant. Throws DomainError tenant.rate_limited when too many are under way. */
  async underLimit<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const { concurrentIngests: quota } = await this.limits.of(tenantId);
    const count = this.underWay.get(tenantId) ?? 0;
    if (quota !== undefined && count >= quota) {
      throw new DomainError('tenant.rate_limited', 'Too many photos of the tenant are under way.', {
        retryable: true,
        retryAfterSeconds: INGEST_RETRY_SECONDS,
        rateLimit: { policy: 'concurrent-ingests', quota, remaining: 0 },
      });
    }
    this.underWay.set(tenantId, count + 1);
    try {
      return await work();
    } finally {
      const left = this.underWay.get(tenantId)! - 1;
      if (left === 0) this.underWay.delete(tenantId);
      else this.underWay.set(tenantId, left);
    }
  }
}
