// The table `constraints` of one tenant: what was said about pairs of faces, and must be obeyed.
import { Prisma } from '../generated/client.js';
import type { ConstraintKind, ConstraintRecord, ConstraintSource } from '../records.js';
import type { Transaction } from '../transaction-client.js';

type ConstraintRow = Omit<ConstraintRecord, 'kind' | 'source'> & { kind: string; source: string };
const toRecord = (row: ConstraintRow): ConstraintRecord => ({
  ...row,
  kind: row.kind as ConstraintKind,
  source: row.source as ConstraintSource,
});

const columns = Prisma.sql`k.id, k.kind, k.face_a AS "faceA", k.face_b AS "faceB", k.source, k.actor,
  k.operation_id AS "operationId", k.created_at AS "createdAt", k.retired_at AS "retiredAt"`;

export class ConstraintRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /**
   * Stores constraints; one that already stands (same kind, same faces) is left as it is. Faces and operation must be
   * there already, and `faceA < faceB`. @returns Constraints added.
   */
  async insertMany(constraints: readonly ConstraintRecord[]): Promise<number> {
    if (constraints.length === 0) return 0;
    const { count } = await this.tx.constraint.createMany({
      data: constraints.map((constraint) => ({ ...constraint, tenantId: this.tenantId })),
      skipDuplicates: true,
    });
    return count;
  }

  /** Standing and retired ones, in the order of ids; unknown ids are left out. */
  async findMany(ids: readonly string[]): Promise<ConstraintRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.tx.constraint.findMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
      orderBy: { id: 'asc' },
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  /** All that stand, in the order of ids. */
  async listStanding(): Promise<ConstraintRecord[]> {
    const rows = await this.tx.constraint.findMany({
      where: { tenantId: this.tenantId, retiredAt: null },
      orderBy: { id: 'asc' },
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  /** Standing and retired ones that name one of the faces, in the order of ids. */
  async listNaming(faceIds: readonly string[]): Promise<ConstraintRecord[]> {
    if (faceIds.length === 0) return [];
    const ids = [...faceIds];
    const rows = await this.tx.$queryRaw<ConstraintRow[]>`
      SELECT ${columns} FROM constraints k
      WHERE k.tenant_id = ${this.tenantId} AND (k.face_a = ANY (${ids}::uuid[]) OR k.face_b = ANY (${ids}::uuid[]))
      ORDER BY k.id`;
    return rows.map(toRecord);
  }

  /** Constraints that stand and name one of the faces, in the order of ids. */
  async findTouching(faceIds: readonly string[]): Promise<ConstraintRecord[]> {
    if (faceIds.length === 0) return [];
    const ids = [...faceIds];
    const rows = await this.tx.$queryRaw<ConstraintRow[]>`
      SELECT ${columns} FROM constraints k
      WHERE k.tenant_id = ${this.tenantId} AND k.retired_at IS NULL
        AND (k.face_a = ANY (${ids}::uuid[]) OR k.face_b = ANY (${ids}::uuid[]))
      ORDER BY k.id`;
    return rows.map(toRecord);
  }

  /** Constraints that stand and name a face that is now in one of the clusters, in the order of ids. */
  async findTouchingClusters(clusterIds: readonly string[]): Promise<ConstraintRecord[]> {
    if (clusterIds.length === 0) return [];
    const rows = await this.tx.$queryRaw<ConstraintRow[]>`
      WITH members AS MATERIALIZED (
        SELECT id FROM faces WHERE tenant_id = ${this.tenantId} AND cluster_id = ANY (${[...clusterIds]}::uuid[])
      )
      SELECT ${columns} FROM constraints k
      WHERE k.tenant_id = ${this.tenantId} AND k.retired_at IS NULL
        AND (k.face_a IN (SELECT id FROM members) OR k.face_b IN (SELECT id FROM members))
      ORDER BY k.id`;
    return rows.map(toRecord);
  }

  /** Ends constraints; they stay as history. @returns Constraints ended. */
  async retire(ids: readonly string[], at: Date): Promise<number> {
    if (ids.length === 0) return 0;
    const { count } = await this.tx.constraint.updateMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] }, retiredAt: null },
      data: { retiredAt: at },
    });
    return count;
  }

  /** Makes retired constraints stand again, except where another says the same. @returns Constraints that stand again. */
  async reinstate(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return this.tx.$executeRaw`
      UPDATE constraints k SET retired_at = NULL
      WHERE k.tenant_id = ${this.tenantId} AND k.id = ANY (${[...ids]}::uuid[]) AND k.retired_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM constraints s
          WHERE s.tenant_id = k.tenant_id AND s.kind = k.kind AND s.face_a = k.face_a AND s.face_b = k.face_b
            AND s.retired_at IS NULL)`;
  }
}
