// How many requests a tenant's keys may make in a minute, in this process. The operator is not counted.
import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../domain/domain-error.js';
import { setRateLimitFields } from '../http/rate-limit-fields.js';
import { LimitsOfTenants } from './limits-of-tenants.js';

const WINDOW_SECONDS = 60;
const TENANTS_MAX = 10_000;

@Injectable()
export class RequestRate {
  /** Tenant → requests in its running window. */
  private readonly taken = new LRUCache<string, number>({
    max: TENANTS_MAX,
    ttl: WINDOW_SECONDS * 1000,
    noUpdateTTL: true,
  });

  constructor(private readonly limits: LimitsOfTenants) {}

  /** Counts one request and says in the answer's fields what is left. Throws DomainError tenant.rate_limited. */
  async take(tenantId: string, response: ServerResponse): Promise<void> {
    const { requestsPerMinute: quota } = await this.limits.of(tenantId);
    if (quota === undefined) return;
    const count = (this.taken.get(tenantId) ?? 0) + 1;
    this.taken.set(tenantId, count);
    const resetSeconds = this.taken.getRemainingTTL(tenantId) / 1000;
    const remaining = quota - count;
    const rateLimit = { policy: 'requests', quota, windowSeconds: WINDOW_SECONDS, remaining, resetSeconds };
    if (remaining >= 0) return setRateLimitFields(response, rateLimit);
    throw new DomainError('tenant.rate_limited', 'The tenant has made all requests of this minute.', {
      retryable: true,
      retryAfterSeconds: resetSeconds,
      rateLimit,
    });
  }
}
