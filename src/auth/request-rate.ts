// How many requests a tenant's keys may make in a minute, over all processes. The operator is not counted.
//
// [Note: Requests are taken in slices]
// The count of a minute is one row of the database. A process takes some of what is left there in advance and hands it out from
// memory, so most requests ask nobody; who has been told that nothing is left refuses from memory as well, until the minute ends.
import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { SystemStore } from '../database/system-store.js';
import { DomainError } from '../domain/domain-error.js';
import { REQUEST_WINDOW_SECONDS, takeSlice } from '../domain/limits/request-window.js';
import { setRateLimitFields } from '../http/rate-limit-fields.js';
import { LimitsOfTenants } from './limits-of-tenants.js';

const TENANTS_MAX = 10_000;

/** What this process knows of a tenant's minute. */
interface Allowance {
  readonly quota: number;
  /** Requests that all processes had taken when this one asked last, count. */
  readonly taken: number;
  /** Of them not yet used here, count. */
  left: number;
  /** Whether others may still be taken. */
  readonly more: boolean;
  /** ms of this process's clock. */
  readonly endsAt: number;
}

interface Taken {
  readonly allowed: boolean;
  /** Count, as far as known here. */
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** Requests of one tenant that wait for a slice. */
interface Waiting {
  count: number;
  /** The question under way. */
  asked: Promise<true | null> | undefined;
}

@Injectable()
export class RequestRate {
  private readonly allowances = new LRUCache<string, Allowance>({ max: TENANTS_MAX });
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    private readonly limits: LimitsOfTenants,
    private readonly system: SystemStore,
  ) {}

  /** Counts one request and says in the answer's fields what is left. Throws DomainError tenant.rate_limited. */
  async take(tenantId: string, response: ServerResponse): Promise<void> {
    const { requestsPerMinute: quota } = await this.limits.of(tenantId);
    if (quota === undefined) return;
    const taken = this.takeFromMemory(tenantId, quota) ?? (await this.takeAfterAsking(tenantId, quota));
    // No such tenant any more: the guard says so.
    if (taken === null) return;
    const { allowed, remaining, resetSeconds } = taken;
    const windowSeconds = REQUEST_WINDOW_SECONDS;
    const rateLimit = { policy: 'requests', quota, windowSeconds, remaining, resetSeconds };
    if (allowed) return setRateLimitFields(response, rateLimit);
    throw new DomainError('tenant.rate_limited', 'The tenant has made all requests of this minute.', {
      retryable: true,
      retryAfterSeconds: resetSeconds,
      rateLimit,
    });
  }

  /** Undefined: the others have to be asked. */
  private takeFromMemory(tenantId: string, quota: number): Taken | undefined {
    const known = this.allowances.get(tenantId);
    if (known?.quota !== quota || known.endsAt <= performance.now()) return undefined;
    const allowed = known.left > 0;
    if (!allowed && known.more) return undefined;
    if (allowed) known.left--;
    const remaining = Math.max(0, quota - known.taken) + known.left;
    return { allowed, remaining, resetSeconds: (known.endsAt - performance.now()) / 1000 };
  }

  private async takeAfterAsking(tenantId: string, quota: number): Promise<Taken | null> {
    const waiting = this.waiting.get(tenantId) ?? { count: 0, asked: undefined };
    this.waiting.set(tenantId, waiting);
    waiting.count++;
    try {
      for (;;) {
        waiting.asked ??= this.ask(tenantId, quota, waiting.count).finally(() => (waiting.asked = undefined));
        if ((await waiting.asked) === null) return null;
        // Others who waited may have used it up.
        const taken = this.takeFromMemory(tenantId, quota);
        if (taken !== undefined) return taken;
      }
    } finally {
      if (--waiting.count === 0) this.waiting.delete(tenantId);
    }
  }

  /** Takes a slice. @returns null when there is no such tenant. */
  private async ask(tenantId: string, quota: number, wanted: number): Promise<true | null> {
    const slice = await this.system.transaction(async ({ requestWindows }) => {
      const window = await requestWindows.lock(tenantId);
      if (window === null) return null;
      const taken = takeSlice(window, quota, wanted);
      await requestWindows.save(tenantId, taken.window);
      return taken;
    });
    if (slice === null) return null;
    const { granted, window } = slice;
    this.allowances.set(tenantId, {
      quota,
      taken: window.taken,
      left: granted,
      more: window.taken < quota,
      endsAt: performance.now() + window.leftMs,
    });
    return true;
  }
}
