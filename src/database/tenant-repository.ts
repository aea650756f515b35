// The table `tenants` as one tenant sees it: its own row, its settings, and its end.
import type { TenantUsage } from '../domain/limits/tenant-limits.js';
import type { JsonObject, TenantCounts, TenantInventory, TenantRecord } from './records.js';
import { jsonInput, type Transaction } from './transaction-client.js';

export class TenantRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
    /** Settings that came with the tenant's lock: nobody else changes them while it is held. */
    private heldSettings?: JsonObject,
  ) {}

  /** The settings alone; free of a round trip under the tenant's lock. Empty when there is no such tenant. */
  async settings(): Promise<JsonObject> {
    return this.heldSettings ?? (await this.find())?.settings ?? {};
  }

  /** The tenant's row, or null when there is no such tenant. */
  async find(): Promise<TenantRecord | null> {
    const row = await this.tx.tenant.findUnique({
      where: { id: this.tenantId },
      omit: { auditRef: true, consolidatedThrough: true, reviewNumberLast: true },
    });
    return row && { ...row, settings: row.settings as JsonObject };
  }

  /**
   * Replaces the settings and raises the version.
   * @returns null when the tenant is gone or its version is not `expectedVersion`.
   */
  async updateSettings(settings: JsonObject, expectedVersion?: number): Promise<TenantRecord | null> {
    const [row] = await this.tx.tenant.updateManyAndReturn({
      where: { id: this.tenantId, ...(expectedVersion === undefined ? {} : { version: expectedVersion }) },
      data: { settings: jsonInput(settings), version: { increment: 1 }, updatedAt: new Date() },
      omit: { auditRef: true, consolidatedThrough: true, reviewNumberLast: true },
    });
    if (row) this.heldSettings &&= settings;
    return row ? { ...row, settings: row.settings as JsonObject } : null;
  }

  /** Notes that a consolidation has seen everything up to this operation. */
  async markConsolidated(operationId: string): Promise<void> {
    await this.tx.tenant.updateMany({
      where: { id: this.tenantId },
      data: { consolidatedThrough: operationId },
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

  /** Rows per table that `deleteEverything` would delete. */
  async inventory(): Promise<TenantInventory> {
    const where = { tenantId: this.tenantId };
    return {
      apiKeys: await this.tx.apiKey.count({ where }),
      images: await this.tx.image.count({ where }),
      faces: await this.tx.face.count({ where }),
      faceEmbeddings: await this.tx.faceEmbedding.count({ where }),
      clusters: await this.tx.cluster.count({ where }),
      clusterCentroids: await this.tx.clusterCentroid.count({ where }),
      constraints: await this.tx.constraint.count({ where }),
      reviewItems: await this.tx.reviewItem.count({ where }),
      operations: await this.tx.operation.count({ where }),
      operationSubjects: await this.tx.operationSubject.count({ where }),
      jobs: await this.tx.job.count({ where }),
      idempotencyKeys: await this.tx.idempotencyKey.count({ where }),
    };
  }

  /**
   * Erases every row of the tenant, its own row last. Blobs are the caller's.
   * @returns Rows deleted per table: the receipt.
   */
  async deleteEverything(): Promise<TenantInventory> {
    const where = { tenantId: this.tenantId };
    const { count: reviewItems } = await this.tx.reviewItem.deleteMany({ where });
    const { count: constraints } = await this.tx.constraint.deleteMany({ where });
    const { count: faceEmbeddings } = await this.tx.faceEmbedding.deleteMany({ where });
    const { count: clusterCentroids } = await this.tx.clusterCentroid.deleteMany({ where });
    const { count: faces } = await this.tx.face.deleteMany({ where });
    const { count: clusters } = await this.tx.cluster.deleteMany({ where });
    const { count: images } = await this.tx.image.deleteMany({ where });
    const { count: operationSubjects } = await this.tx.operationSubject.deleteMany({ where });
    const { count: operations } = await this.tx.operation.deleteMany({ where });
    const { count: jobs } = await this.tx.job.deleteMany({ where });
    const { count: idempotencyKeys } = await this.tx.idempotencyKey.deleteMany({ where });
    const { count: apiKeys } = await this.tx.apiKey.deleteMany({ where });
    await this.tx.tenant.deleteMany({ where: { id: this.tenantId } });
    return {
      apiKeys,
      images,
      faces,
      faceEmbeddings,
      clusters,
      clusterCentroids,
      constraints,
      reviewItems,
      operations,
      operationSubjects,
      jobs,
      idempotencyKeys,
    };
  }
}
