// The table `tenants` as the operator of the service sees it: all of them, with counts, and nothing of what they hold.
import { DomainError } from '../domain/domain-error.js';
import type { IdPage } from './page.js';
import type { JsonObject, TenantCounts, TenantRecord } from './records.js';
import { jsonInput, type Transaction } from './transaction-client.js';

/** A tenant that has changed since its groups were last made. */
export interface ChangedTenant {
  readonly tenantId: string;
  /** Its newest operation. */
  readonly operationId: string;
}

export class TenantDirectory {
  constructor(private readonly tx: Transaction) {}

  /**
   * Throws DomainError tenant.exists.
   * @param auditRef The tenant's pseudonym in the audit log; absent: a random one.
   */
  async insert(tenant: TenantRecord, auditRef?: string): Promise<void> {
    const { count } = await this.tx.tenant.createMany({
      data: [
        { ...tenant, settings: jsonInput(tenant.settings), ...(auditRef === undefined ? {} : { auditRef }) },
      ],
      skipDuplicates: true,
    });
    if (count === 0) throw new DomainError('tenant.exists', 'A tenant with this id exists.');
  }

  async find(id: string): Promise<TenantRecord | null> {
    const row = await this.tx.tenant.findUnique({
      where: { id },
      omit: { auditRef: true, consolidatedThrough: true, reviewNumberLast: true },
    });
    return row && { ...row, settings: row.settings as JsonObject };
  }

  /** In the order of ids (by their bytes). */
  async list({ limit, after }: IdPage): Promise<(TenantRecord & TenantCounts)[]> {
    return this.tx.$queryRaw`
      SELECT t.id, t.settings, t.space, t.version, t.erasure_id AS "erasureId", t.created_at AS "createdAt", t.updated_at AS "updatedAt",
             (SELECT count(*) FROM images i WHERE i.tenant_id = t.id)::int AS "imageCount",
             (SELECT count(*) FROM faces f WHERE f.tenant_id = t.id)::int AS "faceCount",
             (SELECT count(*) FROM clusters c WHERE c.tenant_id = t.id AND c.state <> 'merged')::int AS "clusterCount",
             (SELECT count(*) FROM review_items r
               WHERE r.tenant_id = t.id AND r.state IN ('open', 'claimed'))::int AS "openReviewCount"
      FROM tenants t
      WHERE t.id COLLATE "C" > ${after ?? ''}
      ORDER BY t.id COLLATE "C" LIMIT ${limit}::int`;
  }

  /**
   * Tenants with operations that no consolidation has seen, in the order of ids (by their bytes).
   * @param quietSince Only those without an operation after this time.
   */
  async listChanged({ limit, after }: IdPage, quietSince: Date): Promise<ChangedTenant[]> {
    return this.tx.$queryRaw`
      SELECT t.id AS "tenantId", newest.id AS "operationId"
      FROM tenants t CROSS JOIN LATERAL (
        SELECT o.id, o.created_at FROM operations o WHERE o.tenant_id = t.id ORDER BY o.id DESC LIMIT 1
      ) AS newest
      WHERE t.id COLLATE "C" > ${after ?? ''}
        AND (t.consolidated_through IS NULL OR newest.id > t.consolidated_through)
        AND newest.created_at <= ${quietSince}::timestamptz
      ORDER BY t.id COLLATE "C" LIMIT ${limit}::int`;
  }
}
