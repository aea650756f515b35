// The table `idempotency_keys` over all tenants: what is past its time goes.
import type { Transaction } from '../transaction-client.js';

export class IdempotencyKeyDirectory {
  constructor(private readonly tx: Transaction) {}

  /** @returns Rows deleted. The database lets this role see and delete nothing that has not expired. */
  async deleteExpired(): Promise<number> {
    return this.tx.$executeRaw`DELETE FROM idempotency_keys WHERE expires_at <= now()`;
  }
}
