// The table `idempotency_keys` of one tenant: first answers to requests that a client may send again.
import type { JsonObject } from '../records.js';
import { jsonInput, type Transaction } from '../transaction-client.js';

export interface KeptAnswer {
  /** 200..499 */
  readonly status: number;
  readonly headers: JsonObject;
  readonly body: string;
}

export interface IdempotencyAttempt {
  /** SHA-256, 64 lower-case hex characters. */
  readonly keyHash: string;
  /** SHA-256 of the request, 64 lower-case hex characters. */
  readonly fingerprint: string;
  /** Names this attempt: only it may write its end. */
  readonly attempt: string;
  /** After it the attempt counts as dead. */
  readonly leaseExpiresAt: Date;
  readonly expiresAt: Date;
}

export interface IdempotencyRecord extends IdempotencyAttempt {
  /** Null while the request is under way. */
  readonly answer: KeptAnswer | null;
}

export class IdempotencyKeyRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** The row of a key that is still valid at `now`. */
  async find(keyHash: string, now: Date): Promise<IdempotencyRecord | null> {
    const row = await this.tx.idempotencyKey.findFirst({
      where: { tenantId: this.tenantId, keyHash, expiresAt: { gt: now } },
      omit: { tenantId: true },
    });
    if (row === null) return null;
    const { status, headers, body, ...attempt } = row;
    const answer = status === null || body === null ? null : { status, headers: headers as JsonObject, body };
    return { ...attempt, answer };
  }

  /** Writes the attempt in place of whatever stood under the key. The caller holds the tenant's lock and has looked. */
  async begin(attempt: IdempotencyAttempt): Promise<void> {
    await this.tx.idempotencyKey.deleteMany({
      where: { tenantId: this.tenantId, keyHash: attempt.keyHash },
    });
    await this.tx.idempotencyKey.createMany({ data: [{ ...attempt, tenantId: this.tenantId }] });
  }

  /** Keeps the answer of an attempt. @returns false when another attempt has taken its place. */
  async keep(keyHash: string, attempt: string, answer: KeptAnswer): Promise<boolean> {
    const { count } = await this.tx.idempotencyKey.updateMany({
      where: { tenantId: this.tenantId, keyHash, attempt, status: null },
      data: { ...answer, headers: jsonInput(answer.headers) },
    });
    return count === 1;
  }

  /** Forgets an attempt that came to nothing. */
  async release(keyHash: string, attempt: string): Promise<void> {
    await this.tx.idempotencyKey.deleteMany({
      where: { tenantId: this.tenantId, keyHash, attempt, status: null },
    });
  }

  /** Forgets every answer that names one of the ids, as erasure needs. @returns Answers forgotten. */
  async forgetNaming(ids: readonly string[]): Promise<number> {
    return this.tx.$executeRaw`
      DELETE FROM idempotency_keys k
      WHERE k.tenant_id = ${this.tenantId}
        AND EXISTS (SELECT 1 FROM unnest(${[...ids]}::text[]) AS erased (id) WHERE position(erased.id IN k.body) > 0)`;
  }
}
