// The table `api_keys` of one tenant. The look-up by prefix, before a tenant is known, is in api-key-directory.ts.
import type { ApiKeyRecord } from '../records.js';
import type { IdPage } from '../page.js';
import type { Transaction } from '../transaction-client.js';

export class ApiKeyRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  async insert(key: ApiKeyRecord): Promise<void> {
    await this.tx.apiKey.createMany({
      data: [{ ...key, scopes: [...key.scopes], tenantId: this.tenantId }],
    });
  }

  async find(id: string): Promise<ApiKeyRecord | null> {
    return this.tx.apiKey.findUnique({
      where: { tenantId_id: { tenantId: this.tenantId, id } },
      omit: { tenantId: true },
    });
  }

  /** Newest first, revoked ones too. */
  async list({ limit, after }: IdPage): Promise<ApiKeyRecord[]> {
    return this.tx.apiKey.findMany({
      where: { tenantId: this.tenantId, ...(after === undefined ? {} : { id: { lt: after } }) },
      orderBy: { id: 'desc' },
      take: limit,
      omit: { tenantId: true },
    });
  }

  /** Lets a key end at a time, or earlier when it would have. */
  async endBy(id: string, at: Date): Promise<void> {
    await this.tx.apiKey.updateMany({
      where: { tenantId: this.tenantId, id, OR: [{ expiresAt: null }, { expiresAt: { gt: at } }] },
      data: { expiresAt: at },
    });
  }

  /** Puts a pepper on the bare hashes of earlier versions. @returns How many. */
  async seal(pepperId: string, sealed: (sha256: string) => string): Promise<number> {
    const bare = await this.tx.apiKey.findMany({ where: { tenantId: this.tenantId, pepperId: null } });
    for (const { id, secretHash } of bare) {
      await this.tx.apiKey.updateMany({
        where: { tenantId: this.tenantId, id },
        data: { secretHash: sealed(secretHash), pepperId },
      });
    }
    return bare.length;
  }

  /** Ends a key; a key that was revoked before keeps its time. @returns The key, or null when it is unknown. */
  async revoke(id: string, at: Date): Promise<ApiKeyRecord | null> {
    await this.tx.apiKey.updateMany({
      where: { tenantId: this.tenantId, id, revokedAt: null },
      data: { revokedAt: at },
    });
    return this.find(id);
  }

  /** Ends all keys of the tenant for good. @returns Keys deleted. */
  async deleteAll(): Promise<number> {
    return (await this.tx.apiKey.deleteMany({ where: { tenantId: this.tenantId } })).count;
  }
}
