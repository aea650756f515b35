// The tables `operations` and `operation_subjects` of one tenant: what was done, by whom, to which faces and clusters, with
// what stood before. Rows are never changed.
//
// [Note: Subjects in a table] An array column with a GIN index would spare the rows, but under row-level security PostgreSQL
// uses an index only for operators that leak nothing, and those of arrays are not marked so: every history would be a scan.
import { Prisma } from '../generated/client.js';
import type { IdPage } from '../page.js';
import type { JsonObject, OperationRecord, OperationSubjects } from '../records.js';
import type { UndoLink } from '../../domain/cluster/undo-dependents.js';
import type { Transaction } from '../transaction-client.js';

export interface OperationPage extends IdPage {
  readonly kinds?: readonly string[] | undefined;
  readonly actor?: string | undefined;
  /** Only operations that are about this face. */
  readonly faceId?: string | undefined;
  /** Only operations that are about this cluster. */
  readonly clusterId?: string | undefined;
  /** Only operations of this time or later. */
  readonly since?: Date | undefined;
  /** Default newest. */
  readonly first?: 'newest' | 'oldest' | undefined;
}

type OperationRow = Omit<OperationRecord, 'changes' | 'summary'> & { changes: unknown; summary: unknown };
const toRecord = (row: OperationRow): OperationRecord => ({
  ...row,
  changes: row.changes as JsonObject,
  summary: row.summary as JsonObject,
});

const columns = Prisma.sql`o.id, o.kind, o.actor, o.changes, o.summary, o.created_at AS "createdAt",
  o.undoes_id AS "undoesId"`;

export class OperationRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** An operation with what it is about, in one statement. */
  async insert(
    operation: OperationRecord,
    subjects: OperationSubjects = { faceIds: [], clusterIds: [] },
  ): Promise<void> {
    const ids = [...new Set([...subjects.faceIds, ...subjects.clusterIds])];
    const faces = new Set(subjects.faceIds);
    await this.tx.$executeRaw`
      WITH operation AS (
        INSERT INTO operations (tenant_id, id, kind, actor, changes, summary, created_at, undoes_id)
        VALUES (${this.tenantId}, ${operation.id}::uuid, ${operation.kind}, ${operation.actor},
                ${JSON.stringify(operation.changes)}::jsonb, ${JSON.stringify(operation.summary)}::jsonb,
                ${operation.createdAt}::timestamptz, ${operation.undoesId}::uuid)
      )
      INSERT INTO operation_subjects (tenant_id, kind, subject_id, operation_id)
      SELECT ${this.tenantId}, named.kind, named.id, ${operation.id}::uuid
      FROM unnest(${ids.map((id) => (faces.has(id) ? 'face' : 'cluster'))}::text[], ${ids}::uuid[]) AS named(kind, id)`;
  }

  async find(id: string): Promise<OperationRecord | null> {
    return (await this.findMany([id]))[0] ?? null;
  }

  /** In the order of ids; unknown ids are left out. */
  async findMany(ids: readonly string[]): Promise<OperationRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.tx.operation.findMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
      orderBy: { id: 'asc' },
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  /** Id of the tenant's newest operation: while it is the same, no face, cluster or constraint has changed. */
  async newestId(): Promise<string | null> {
    const [row] = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM operations WHERE tenant_id = ${this.tenantId} ORDER BY id DESC LIMIT 1`;
    return row?.id ?? null;
  }

  /** Kinds of the operations after this one, each once; null: of all. */
  async kindsAfter(operationId: string | null): Promise<string[]> {
    const rows = await this.tx.$queryRaw<{ kind: string }[]>`
      SELECT DISTINCT kind FROM operations
      WHERE tenant_id = ${this.tenantId} AND (${operationId}::uuid IS NULL OR id > ${operationId}::uuid)
      ORDER BY kind`;
    return rows.map(({ kind }) => kind);
  }

  /** Newest first. */
  async list(page: OperationPage): Promise<OperationRecord[]> {
    const conditions = [Prisma.sql`o.tenant_id = ${this.tenantId}`];
    const behind = page.first === 'oldest' ? Prisma.sql`>` : Prisma.sql`<`;
    if (page.after !== undefined) conditions.push(Prisma.sql`o.id ${behind} ${page.after}::uuid`);
    if (page.kinds) conditions.push(Prisma.sql`o.kind = ANY (${[...page.kinds]}::text[])`);
    if (page.actor !== undefined) conditions.push(Prisma.sql`o.actor = ${page.actor}`);
    if (page.since !== undefined) conditions.push(Prisma.sql`o.created_at >= ${page.since}::timestamptz`);
    const joins: Prisma.Sql[] = [];
    if (page.faceId !== undefined) joins.push(about('face', page.faceId));
    if (page.clusterId !== undefined) joins.push(about('cluster', page.clusterId));
    const rows = await this.tx.$queryRaw<OperationRow[]>`
      SELECT ${columns} FROM operations o ${joins.length === 0 ? Prisma.empty : Prisma.join(joins, ' ')}
      WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY o.id ${page.first === 'oldest' ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${page.limit}::int`;
    return rows.map(toRecord);
  }

  /**
   * Operations after this one that are about one of the faces or clusters, oldest first, with what they have in common.
   * @param kinds Only these.
   */
  async listLaterAbout(
    afterId: string,
    subjects: OperationSubjects,
    kinds: readonly string[],
  ): Promise<{ operation: OperationRecord; shared: OperationSubjects }[]> {
    const rows = await this.tx.$queryRaw<(OperationRow & { faceIds: string[]; clusterIds: string[] })[]>`
      SELECT ${columns}, shared."faceIds", shared."clusterIds"
      FROM (
        SELECT s.operation_id,
               coalesce(array_agg(s.subject_id ORDER BY s.subject_id) FILTER (WHERE s.kind = 'face'), '{}') AS "faceIds",
               coalesce(array_agg(s.subject_id ORDER BY s.subject_id) FILTER (WHERE s.kind = 'cluster'), '{}') AS "clusterIds"
        FROM operation_subjects s
        WHERE s.tenant_id = ${this.tenantId} AND s.operation_id > ${afterId}::uuid
          AND ((s.kind = 'face' AND s.subject_id = ANY (${[...subjects.faceIds]}::uuid[]))
            OR (s.kind = 'cluster' AND s.subject_id = ANY (${[...subjects.clusterIds]}::uuid[])))
        GROUP BY s.operation_id
      ) AS shared
      JOIN operations o ON o.tenant_id = ${this.tenantId} AND o.id = shared.operation_id
      WHERE o.kind = ANY (${[...kinds]}::text[])
      ORDER BY o.id`;
    return rows.map(({ faceIds, clusterIds, ...row }) => ({
      operation: toRecord(row),
      shared: { faceIds, clusterIds },
    }));
  }

  /** The undos of the operations, the undos of these, and so on; in the order of ids. */
  async undoLinks(ids: readonly string[]): Promise<UndoLink[]> {
    if (ids.length === 0) return [];
    return this.tx.$queryRaw<UndoLink[]>`
      WITH RECURSIVE links AS (
        SELECT o.id, o.undoes_id FROM operations o
        WHERE o.tenant_id = ${this.tenantId} AND o.undoes_id = ANY (${[...ids]}::uuid[])
        UNION
        SELECT o.id, o.undoes_id FROM operations o JOIN links ON o.undoes_id = links.id
        WHERE o.tenant_id = ${this.tenantId}
      )
      SELECT id, undoes_id AS "undoesId" FROM links ORDER BY id`;
  }

  /** Those of the faces and clusters that were erased here. Nothing else remembers them. */
  async erasedAmong({ faceIds, clusterIds }: OperationSubjects): Promise<ReadonlySet<string>> {
    const rows = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT s.subject_id AS id FROM operation_subjects s
      JOIN operations o ON o.tenant_id = s.tenant_id AND o.id = s.operation_id
      WHERE s.tenant_id = ${this.tenantId} AND o.kind IN ('face_delete', 'image_delete', 'cluster_delete')
        AND ((s.kind = 'face' AND s.subject_id = ANY (${[...faceIds]}::uuid[])
              AND o.changes -> 'faces_erased' ? s.subject_id::text)
          OR (s.kind = 'cluster' AND s.subject_id = ANY (${[...clusterIds]}::uuid[])
              AND o.changes -> 'clusters_deleted' @> jsonb_build_array(jsonb_build_object('id', s.subject_id, 'before', null))))
      ORDER BY 1`;
    return new Set(rows.map(({ id }) => id));
  }

  /** What each of the operations is about, by its id. */
  async subjectsOfMany(ids: readonly string[]): Promise<ReadonlyMap<string, OperationSubjects>> {
    const rows = await this.tx.$queryRaw<({ id: string } & OperationSubjects)[]>`
      SELECT s.operation_id AS id,
             coalesce(array_agg(s.subject_id ORDER BY s.subject_id) FILTER (WHERE s.kind = 'face'), '{}') AS "faceIds",
             coalesce(array_agg(s.subject_id ORDER BY s.subject_id) FILTER (WHERE s.kind = 'cluster'), '{}') AS "clusterIds"
      FROM operation_subjects s
      WHERE s.tenant_id = ${this.tenantId} AND s.operation_id = ANY (${[...ids]}::uuid[])
      GROUP BY s.operation_id`;
    return new Map(rows.map(({ id, faceIds, clusterIds }) => [id, { faceIds, clusterIds }]));
  }

  /** What an operation is about, in the order of ids. */
  async subjectsOf(operationId: string): Promise<OperationSubjects> {
    const rows = await this.tx.operationSubject.findMany({
      where: { tenantId: this.tenantId, operationId },
      orderBy: { subjectId: 'asc' },
      select: { kind: true, subjectId: true },
    });
    const of = (kind: string): string[] =>
      rows.filter((row) => row.kind === kind).map((row) => row.subjectId);
    return { faceIds: of('face'), clusterIds: of('cluster') };
  }
}

function about(kind: 'face' | 'cluster', subjectId: string): Prisma.Sql {
  const s = Prisma.raw(kind);
  return Prisma.sql`JOIN operation_subjects ${s} ON ${s}.tenant_id = o.tenant_id AND ${s}.operation_id = o.id
    AND ${s}.kind = ${kind} AND ${s}.subject_id = ${subjectId}::uuid`;
}
