// The table `audit_events` of one tenant: appended to and read. Its chain is made by a trigger, operations enter by another.
import { Prisma } from '../generated/client.js';
import type { AuditEvent, AuditLinkRecord } from './audit-record.js';
import type { Transaction } from '../transaction-client.js';

export interface AuditPage {
  readonly limit: number;
  /** Only events before this one; absent: from the newest on. */
  readonly before?: number | undefined;
}

export class AuditRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** Under the tenant's lock, in the transaction that does what the event says. */
  async append({ at, actor, action, subjectId, reason, details }: AuditEvent): Promise<void> {
    const text = JSON.stringify({ at, actor, action, subject_id: subjectId, reason, details });
    await this.tx.$executeRaw`
      INSERT INTO audit_events (tenant_ref, seq, event, prev_hash, hash)
      SELECT audit_ref, 0, ${text}, '', '' FROM tenants WHERE id = ${this.tenantId}`;
  }

  /** Newest first. */
  async list(page: AuditPage): Promise<AuditLinkRecord[]> {
    const rows = await this.tx.$queryRaw<AuditLinkRecord[]>`
      SELECT e.tenant_ref AS "tenantRef", e.seq::float8 AS seq, e.event AS text, e.prev_hash AS "prevHash", e.hash
      FROM audit_events e JOIN tenants t ON t.audit_ref = e.tenant_ref
      WHERE t.id = ${this.tenantId} ${before(page)} ORDER BY e.seq DESC LIMIT ${page.limit}::int`;
    return rows;
  }
}

/** The table as the operator sees it: every chain, those of erased tenants too. */
export class AuditDirectory {
  constructor(private readonly tx: Transaction) {}

  /** Pseudonyms with events, in their order. */
  async listRefs({
    limit,
    after,
  }: {
    limit: number;
    after?: string | undefined;
  }): Promise<AuditChainRecord[]> {
    return this.tx.$queryRaw`
      SELECT c.tenant_ref AS "tenantRef", c.events::float8 AS events, t.id AS "tenantId"
      FROM (SELECT tenant_ref, max(seq) AS events FROM audit_events
            WHERE tenant_ref > ${after ?? ''} GROUP BY tenant_ref ORDER BY tenant_ref LIMIT ${limit}::int) c
      LEFT JOIN tenants t ON t.audit_ref = c.tenant_ref ORDER BY c.tenant_ref`;
  }

  /** Newest first. */
  async list(tenantRef: string, page: AuditPage): Promise<AuditLinkRecord[]> {
    return this.tx.$queryRaw`
      SELECT e.tenant_ref AS "tenantRef", e.seq::float8 AS seq, e.event AS text, e.prev_hash AS "prevHash", e.hash
      FROM audit_events e
      WHERE e.tenant_ref = ${tenantRef} ${before(page)} ORDER BY e.seq DESC LIMIT ${page.limit}::int`;
  }
}

export interface AuditChainRecord {
  readonly tenantRef: string;
  readonly events: number;
  /** Null: the tenant was erased. */
  readonly tenantId: string | null;
}

const before = ({ before: seq }: AuditPage): Prisma.Sql =>
  seq === undefined ? Prisma.empty : Prisma.sql`AND e.seq < ${seq}::bigint`;
