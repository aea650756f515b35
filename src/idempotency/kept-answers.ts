// The same request twice is one request: its first answer is kept for a day and given again.
//
// [Note: What a key promises] A key is taken before the work begins and answered after it, in transactions of their own. Between the
// two a process may die: the row then says "under way" until its lease ends, and the next attempt does the work again. So a
// kept answer never changes, two attempts never run at once, and a crash in the wrong millisecond leaves what every route says to a
// repeated change: the outcome of the first (409), or a second cluster.
import { v7 as uuidv7 } from 'uuid';
import type { KeptAnswer } from '../database/repositories/idempotency-key-repository.js';
import type { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';

/** How long an answer is kept, ms. */
export const KEPT_MS = 24 * 60 * 60 * 1000;
/** How long an attempt without an end holds its key, ms. Longer than any route works: a live attempt is never overtaken. */
export const LEASE_MS = 5 * 60 * 1000;

export interface KeyedRequest {
  readonly tenantId: string;
  /** SHA-256 of who sent the key, and the key; hex. */
  readonly keyHash: string;
  /** SHA-256 of what is asked; hex. */
  readonly fingerprint: string;
}

/** begun: do the work, then `keep` or `release`. kept: it was done. */
export type Beginning =
  | { readonly kind: 'begun'; readonly attempt: string }
  | { readonly kind: 'kept'; readonly answer: KeptAnswer };

export class KeptAnswers {
  constructor(private readonly tenants: TenantStore) {}

  /**
   * @param now What a clock says.
   * @throws DomainError idempotency.key_reused (the key came with another request), idempotency.in_progress.
   */
  async begin({ tenantId, keyHash, fingerprint }: KeyedRequest, now: Date): Promise<Beginning> {
    return this.tenants.forTenant(tenantId).transaction(async ({ idempotencyKeys }) => {
      const before = await idempotencyKeys.find(keyHash, now);
      if (before !== null) {
        if (before.fingerprint !== fingerprint) {
          throw new DomainError('idempotency.key_reused', 'This key was sent with another request.');
        }
        if (before.answer !== null) return { kind: 'kept', answer: before.answer };
        const leftMs = before.leaseExpiresAt.getTime() - now.getTime();
        if (leftMs > 0) {
          throw new DomainError('idempotency.in_progress', 'The first request with this key is under way.', {
            retryable: true,
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          });
        }
      }
      const attempt = uuidv7();
      await idempotencyKeys.begin({
        keyHash,
        fingerprint,
        attempt,
        leaseExpiresAt: new Date(now.getTime() + LEASE_MS),
        expiresAt: new Date(now.getTime() + KEPT_MS),
      });
      return { kind: 'begun', attempt };
    });
  }

  /** An attempt that another one has replaced keeps nothing. */
  async keep({ tenantId, keyHash }: KeyedRequest, attempt: string, answer: KeptAnswer): Promise<void> {
    await this.tenants
      .forTenant(tenantId)
      .transaction(({ idempotencyKeys }) => idempotencyKeys.keep(keyHash, attempt, answer));
  }

  /** The attempt came to nothing: the key is free again. */
  async release({ tenantId, keyHash }: KeyedRequest, attempt: string): Promise<void> {
    await this.tenants
      .forTenant(tenantId)
      .transaction(({ idempotencyKeys }) => idempotencyKeys.release(keyHash, attempt));
  }
}

/** Requests take well under a second; the lease is for the dead. */
const RETRY_AFTER_SECONDS = 1;
