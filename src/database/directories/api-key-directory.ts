// The table `api_keys` before a tenant is known: who does this key belong to?
import type { ApiKeyRecord } from '../records.js';
import type { Transaction } from '../transaction-client.js';

export interface OwnedApiKey extends ApiKeyRecord {
  readonly tenantId: string;
}

export class ApiKeyDirectory {
  constructor(private readonly tx: Transaction) {}

  /** The key with this prefix, revoked and expired ones too: judging it is the caller's. */
  async findByPrefix(prefix: string): Promise<OwnedApiKey | null> {
    return this.tx.apiKey.findUnique({ where: { prefix } });
  }

  /** Notes that a key was used. */
  async touch(tenantId: string, id: string, at: Date): Promise<void> {
    await this.tx.apiKey.updateMany({ where: { tenantId, id }, data: { lastUsedAt: at } });
  }

  /** Tenants with keys whose hash has no pepper yet. */
  async ownersOfBareHashes(): Promise<string[]> {
    const rows = await this.tx.apiKey.findMany({
      where: { pepperId: null },
      distinct: ['tenantId'],
      select: { tenantId: true },
    });
    return rows.map(({ tenantId }) => tenantId);
  }

  /** Keys that are not revoked and stand under another pepper, over all tenants. */
  async countUnderOtherPeppers(pepperId: string): Promise<number> {
    return this.tx.apiKey.count({ where: { revokedAt: null, pepperId: { not: pepperId } } });
  }
}
