// The table `tenants` as one tenant sees it: its own row, its settings, and its end.
import type { TenantUsage } from '../../domain/limits/tenant-limits.js';
import type { EmbeddingSpace } from '../../domain/face/embedding.js';
import type { JsonObject, TenantCounts, TenantInventory, TenantRecord } from '../records.js';
import { countRows, countRowsEverywhere, deleteSomeRows } from '../tenant-rows.js';
import { jsonInput, type Transaction } from '../transaction-client.js';

type TenantRow = Omit<TenantRecord, 'settings' | 'retentionState'> & {
  readonly settings: unknown;
  readonly retentionState: unknown;
};

export const toTenantRecord = (row: TenantRow): TenantRecord => ({
  ...row,
  settings: row.settings as JsonObject,
  retentionState: row.retentionState as JsonObject,
});

export class TenantRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
    /** What came with the tenant's lock: nobody else changes it while it is held. */
    private held?: Pick<TenantRecord, 'settings' | 'space'>,
  ) {}

  /** The settings alone; free of a round trip under the tenant's lock. Empty when there is no such tenant. */
  async settings(): Promise<JsonObject> {
    return this.held?.settings ?? (await this.find())?.settings ?? {};
  }

  /** The space in which the tenant's faces are compared; null: none has been stored yet. As free as `settings`. */
  async space(): Promise<EmbeddingSpace | null> {
    return this.held ? (this.held.space ?? null) : ((await this.find())?.space ?? null);
  }

  /** From here on the tenant's faces are compared in this space. */
  async setSpace(space: EmbeddingSpace): Promise<void> {
    await this.tx.tenant.updateMany({ where: { id: this.tenantId }, data: { space } });
    if (this.held) this.held = { ...this.held, space };
  }

  /** The tenant's row, or null when there is no such tenant. */
  async find(): Promise<TenantRecord | null> {
    const row = await this.tx.tenant.findUnique({
      where: { id: this.tenantId },
      omit: { auditRef: true, consolidatedThrough: true, reviewNumberLast: true, optOutCount: true },
    });
    return row && toTenantRecord(row);
  }

  /**
   * Replaces the settings and raises the version.
   * @returns null when the tenant is gone or its version is not `expectedVersion`.
   */
  async updateSettings(settings: JsonObject, expectedVersion?: number): Promise<TenantRecord | null> {
    const [row] = await this.tx.tenant.updateManyAndReturn({
      where: { id: this.tenantId, ...(expectedVersion === undefined ? {} : { version: expectedVersion }) },
      data: { settings: jsonInput(settings), version: { increment: 1 }, updatedAt: new Date() },
      omit: { auditRef: true, consolidatedThrough: true, reviewNumberLast: true, optOutCount: true },
    });
    if (row && this.held) this.held = { ...this.held, settings };
    return row ? toTenantRecord(row) : null;
  }

  /** Notes that a consolidation has seen everything up to this operation, unless another has seen more. */
  async markConsolidated(operationId: string): Promise<void> {
    await this.tx.tenant.updateMany({
      where: {
        id: this.tenantId,
        OR: [{ consolidatedThrough: null }, { consolidatedThrough: { lt: operationId } }],
      },
      data: { consolidatedThrough: operationId },
    });
  }

  /** The newest operation that a consolidation has seen; null: none has run. */
  async consolidatedThrough(): Promise<string | null> {
    const row = await this.tx.tenant.findUnique({
      where: { id: this.tenantId },
      select: { consolidatedThrough: true },
    });
    return row?.consolidatedThrough ?? null;
  }

  /** What retention has announced. */
  async setRetentionState(state: JsonObject): Promise<void> {
    await this.tx.tenant.updateMany({
      where: { id: this.tenantId },
      data: { retentionState: jsonInput(state) },
    });
  }

  async counts(): Promise<TenantCounts> {
    const [row] = await this.tx.$queryRaw<[TenantCounts]>`
      SELECT (SELECT count(*) FROM images WHERE tenant_id = ${this.tenantId})::int AS "imageCount",
             (SELECT count(*) FROM faces WHERE tenant_id = ${this.tenantId})::int AS "faceCount",
             (SELECT count(*) FROM clusters
               WHERE tenant_id = ${this.tenantId} AND state <> 'merged')::int AS "clusterCount",
             (SELECT count(*) FROM review_items
               WHERE tenant_id = ${this.tenantId} AND state IN ('open', 'claimed'))::int AS "openReviewCount"`;
    return row;
  }

  /** What is counted against the tenant's limits. */
  async usage(): Promise<TenantUsage> {
    const [row] = await this.tx.$queryRaw<[{ images: number; faces: number; bytes: number }]>`
      SELECT count(*)::float8 AS images, coalesce(sum(byte_size), 0)::float8 AS bytes,
             (SELECT count(*) FROM faces WHERE tenant_id = ${this.tenantId})::float8 AS faces
      FROM images WHERE tenant_id = ${this.tenantId}`;
    return row;
  }

  /** Rows per table that an erasure would delete. */
  inventory(): Promise<TenantInventory> {
    return countRows(this.tx, this.tenantId);
  }

  /** Rows in every table that has tenants, whether this house knows the table or not. */
  remains(): Promise<Readonly<Record<string, number>>> {
    return countRowsEverywhere(this.tx, this.tenantId);
  }

  /** From here on nothing is written for the tenant but by the erasure itself, and none of its keys opens anything. */
  async block(erasureId: string): Promise<void> {
    await this.tx.tenant.updateMany({ where: { id: this.tenantId }, data: { erasureId } });
  }

  /** Deletes up to `limit` rows of one table; null when nothing but the tenant's own row is left. */
  deleteSome(limit: number): ReturnType<typeof deleteSomeRows> {
    return deleteSomeRows(this.tx, this.tenantId, limit);
  }
}
