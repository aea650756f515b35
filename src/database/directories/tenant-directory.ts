// The table `tenants` as the operator of the service sees it: all of them, with counts, and nothing of what they hold.
import { DomainError } from '../../domain/domain-error.js';
import type { IdPage } from '../page.js';
import type { TenantCounts, TenantRecord } from '../records.js';
import { toTenantRecord } from '../repositories/tenant-repository.js';
import { jsonInput, type Transaction } from '../transaction-client.js';

/** A tenant that has changed since its groups were last made. */
export interface ChangedTenant {
  readonly tenantId: string;
  /** Its newest operation. */
  readonly operationId: string;
}

export class TenantDirectory {
  constructor(private readonly tx: Transaction) {}

  /** Notes a use, unless a later one is noted. */
  async touch(id: string, at: Date): Promise<void> {
    await this.tx.$executeRaw`
      UPDATE tenants SET last_used_at = ${at}::timestamptz
      WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < ${at}::timestamptz)`;
  }

  /** Tenants that are not being erased, in the order of ids (by their bytes). */
  async listStanding({ limit, after }: IdPage): Promise<TenantRecord[]> {
    return this.tx.$queryRaw`
      SELECT t.id, t.settings, t.space, t.version, t.last_used_at AS "lastUsedAt", t.retention_state AS "retentionState",
             t.created_at AS "createdAt", t.updated_at AS "updatedAt"
      FROM tenants t WHERE t.id COLLATE "C" > ${after ?? ''} AND t.erasure_id IS NULL
      ORDER BY t.id COLLATE "C" LIMIT ${limit}::int`;
  }

  /**
   * Throws DomainError tenant.exists.
   * @param auditRef The tenant's pseudonym in the audit log; absent: a random one.
   */
  async insert(tenant: TenantRecord, auditRef?: string): Promise<void> {
    const { count } = await this.tx.tenant.createMany({
      data: [
        {
          ...tenant,
          settings: jsonInput(tenant.settings),
          retentionState: jsonInput(tenant.retentionState ?? {}),
          ...(auditRef === undefined ? {} : { auditRef }),
        },
      ],
      skipDuplicates: true,
    });
    if (count === 0) throw new DomainError('tenant.exists', 'A tenant with this id exists.');
  }

  async find(id: string): Promise<TenantRecord | null> {
    const row = await this.tx.tenant.findUnique({
      where: { id },
      omit: { auditRef: true, consolidatedThrough: true, reviewNumberLast: true, optOutCount: true },
    });
    return row && toTenantRecord(row);
  }

  /** In the order of ids (by their bytes). */
  async list({ limit, after }: IdPage): Promise<(TenantRecord & TenantCounts)[]> {
    return this.tx.$queryRaw`
      SELECT t.id, t.settings, t.space, t.version, t.erasure_id AS "erasureId",
             t.last_used_at AS "lastUsedAt", t.retention_state AS "retentionState", t.created_at AS "createdAt", t.updated_at AS "updatedAt",
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
