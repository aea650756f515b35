// The table `tenants` as the operator of the service sees it: all of them, with counts, and nothing of what they hold.
import { DomainError } from '../domain/domain-error.js';
import type { IdPage } from './page.js';
import type { JsonObject, TenantCounts, TenantRecord } from './records.js';
import { jsonInput, type Transaction } from './transaction-client.js';

export class TenantDirectory {
  constructor(private readonly tx: Transaction) {}

  /** Throws DomainError tenant.exists. */
  async insert(tenant: TenantRecord): Promise<void> {
    const { count } = await this.tx.tenant.createMany({
      data: [{ ...tenant, settings: jsonInput(tenant.settings) }],
      skipDuplicates: true,
    });
    if (count === 0) throw new DomainError('tenant.exists', 'A tenant with this id exists.');
  }

  async find(id: string): Promise<TenantRecord | null> {
    const row = await this.tx.tenant.findUnique({ where: { id } });
    return row && { ...row, settings: row.settings as JsonObject };
  }

  /** In the order of ids (by their bytes). */
  async list({ limit, after }: IdPage): Promise<(TenantRecord & TenantCounts)[]> {
    return this.tx.$queryRaw`
      SELECT t.id, t.settings, t.version, t.created_at AS "createdAt", t.updated_at AS "updatedAt",
             (SELECT count(*) FROM images i WHERE i.tenant_id = t.id)::int AS "imageCount",
             (SELECT count(*) FROM faces f WHERE f.tenant_id = t.id)::int AS "faceCount",
             (SELECT count(*) FROM clusters c WHERE c.tenant_id = t.id AND c.state <> 'merged')::int AS "clusterCount",
             (SELECT count(*) FROM review_items r
               WHERE r.tenant_id = t.id AND r.state IN ('open', 'claimed'))::int AS "openReviewCount"
      FROM tenants t
      WHERE t.id COLLATE "C" > ${after ?? ''}
      ORDER BY t.id COLLATE "C" LIMIT ${limit}::int`;
  }
}
