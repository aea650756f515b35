// The table `review_items` of one tenant: the questions that the machine could not answer.
import { Prisma } from './generated/client.js';
import type { ClosedReviewState, JsonObject, ReviewItemRecord, ReviewKind, ReviewState } from './records.js';
import { reviewBehind, type ReviewKey, reviewOrder, type ReviewSort } from './review-item-order.js';
import { jsonInput, jsonInputOrNull, type Transaction } from './transaction-client.js';

/** What is asked; the life cycle starts with it. */
export type ReviewQuestion = Pick<
  ReviewItemRecord,
  | 'id'
  | 'kind'
  | 'subjectKey'
  | 'faceId'
  | 'clusterId'
  | 'evidence'
  | 'priority'
  | 'similarity'
  | 'probability'
  | 'createdAt'
>;

export interface ReviewPage {
  readonly limit: number;
  /** `reviewKey(sort, row)` of the last row of the page before. */
  readonly after?: ReviewKey | undefined;
  /** Default impact. */
  readonly sort?: ReviewSort | undefined;
  readonly kinds?: readonly ReviewKind[] | undefined;
  /** Default open and claimed. */
  readonly states?: readonly ReviewState[] | undefined;
  /** Items about this cluster, or about a face that is in it. */
  readonly clusterId?: string | undefined;
  /** Items about a face of this image. */
  readonly imageId?: string | undefined;
  /** Only items whose cluster has (true) or has not (false) a label. */
  readonly labelled?: boolean | undefined;
  readonly probabilityMin?: number | undefined;
  readonly probabilityMax?: number | undefined;
  /** Only items created at this time or later. */
  readonly since?: Date | undefined;
}

/** How an item ends. */
export interface ReviewClosing {
  readonly state: ClosedReviewState;
  readonly outcome: JsonObject | null;
  /** The operation must be inserted first. */
  readonly operationId: string | null;
  readonly resolvedBy: string | null;
  readonly resolvedAt: Date;
}

type ReviewRow = Omit<ReviewItemRecord, 'kind' | 'state' | 'evidence' | 'outcome'> & {
  kind: string;
  state: string;
  evidence: unknown;
  outcome: unknown;
};
const toRecord = (row: ReviewRow): ReviewItemRecord => row as ReviewItemRecord;

const OPEN: readonly ReviewState[] = ['open', 'claimed'];

const columns = Prisma.sql`r.id, r.kind, r.state, r.version, r.subject_key AS "subjectKey", r.face_id AS "faceId",
  r.cluster_id AS "clusterId", r.evidence, r.priority, r.similarity, r.probability, r.outcome,
  r.operation_id AS "operationId", r.created_at AS "createdAt", r.updated_at AS "updatedAt",
  r.resolved_at AS "resolvedAt", r.resolved_by AS "resolvedBy"`;

export class ReviewItemRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /**
   * Asks a question once: when an item of this kind and subject is open or claimed, that one takes the new evidence and a
   * higher version and keeps its id; otherwise a new item is opened. Face and cluster must be there already.
   */
  async upsertOpen(question: ReviewQuestion): Promise<ReviewItemRecord> {
    const [row] = await this.tx.$queryRaw<[ReviewRow]>`
      INSERT INTO review_items AS r (tenant_id, id, kind, state, version, subject_key, face_id, cluster_id, evidence,
                                     priority, similarity, probability, created_at, updated_at)
      VALUES (${this.tenantId}, ${question.id}::uuid, ${question.kind}, 'open', 1, ${question.subjectKey},
              ${question.faceId}::uuid, ${question.clusterId}::uuid, ${JSON.stringify(question.evidence)}::jsonb,
              ${question.priority}::float8, ${question.similarity}::float8, ${question.probability}::float8,
              ${question.createdAt}::timestamptz, ${question.createdAt}::timestamptz)
      ON CONFLICT (tenant_id, kind, subject_key) WHERE state IN ('open', 'claimed')
      DO UPDATE SET version = r.version + 1, face_id = excluded.face_id, cluster_id = excluded.cluster_id,
                    evidence = excluded.evidence, priority = excluded.priority, similarity = excluded.similarity,
                    probability = excluded.probability, updated_at = excluded.updated_at
      RETURNING ${columns}`;
    return toRecord(row);
  }

  async find(id: string): Promise<ReviewItemRecord | null> {
    const row = await this.tx.reviewItem.findUnique({
      where: { tenantId_id: { tenantId: this.tenantId, id } },
      omit: { tenantId: true },
    });
    return row && toRecord(row);
  }

  /** Open and claimed items about one of the faces or one of the clusters, in the order of ids. */
  async findOpenTouching(subjects: {
    readonly faceIds?: readonly string[];
    readonly clusterIds?: readonly string[];
  }): Promise<ReviewItemRecord[]> {
    const rows = await this.tx.reviewItem.findMany({
      where: {
        tenantId: this.tenantId,
        state: { in: [...OPEN] },
        OR: [
          { faceId: { in: [...(subjects.faceIds ?? [])] } },
          { clusterId: { in: [...(subjects.clusterIds ?? [])] } },
        ],
      },
      orderBy: { id: 'asc' },
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  /** The last closed item of this kind and subject: whether a question was answered before. */
  async findLastClosed(kind: ReviewKind, subjectKey: string): Promise<ReviewItemRecord | null> {
    const row = await this.tx.reviewItem.findFirst({
      where: { tenantId: this.tenantId, kind, subjectKey, state: { notIn: [...OPEN] } },
      orderBy: [{ resolvedAt: { sort: 'desc', nulls: 'last' } }, { id: 'desc' }],
      omit: { tenantId: true },
    });
    return row && toRecord(row);
  }

  /** One page of the queue in the order asked for. */
  async list(page: ReviewPage): Promise<ReviewItemRecord[]> {
    const sort = page.sort ?? 'impact';
    const conditions = [
      Prisma.sql`r.tenant_id = ${this.tenantId}`,
      Prisma.sql`r.state = ANY (${[...(page.states ?? OPEN)]}::text[])`,
      ...filters(page, this.tenantId),
    ];
    if (page.after) conditions.push(reviewBehind(sort, page.after));
    const rows = await this.tx.$queryRaw<ReviewRow[]>`
      SELECT ${columns} FROM review_items r
      WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY ${reviewOrder(sort)} LIMIT ${page.limit}::int`;
    return rows.map(toRecord);
  }

  /**
   * Ends an open or claimed item and raises its version.
   * @returns The item as it is now; null when it is unknown, closed already, or its version is not `expectedVersion`.
   */
  async close(
    id: string,
    closing: ReviewClosing,
    expectedVersion?: number,
  ): Promise<ReviewItemRecord | null> {
    const [row] = await this.closeWhere(
      { id, ...(expectedVersion === undefined ? {} : { version: expectedVersion }) },
      closing,
    );
    return row ?? null;
  }

  /** Ends the open or claimed item of a kind and subject, if there is one. */
  async closeOpenForSubject(
    kind: ReviewKind,
    subjectKey: string,
    closing: ReviewClosing,
  ): Promise<ReviewItemRecord | null> {
    const [row] = await this.closeWhere({ kind, subjectKey }, closing);
    return row ?? null;
  }

  /** Ends every open or claimed item with one of the ids. @returns The items as they are now, in the order of ids. */
  async closeMany(ids: readonly string[], closing: ReviewClosing): Promise<ReviewItemRecord[]> {
    return this.closeWhere({ id: { in: [...ids] } }, closing);
  }

  /** Replaces the evidence of items of any state, as erasure and undo need. @returns Items changed. */
  async replaceEvidence(ids: readonly string[], evidence: JsonObject): Promise<number> {
    const { count } = await this.tx.reviewItem.updateMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
      data: { evidence: jsonInput(evidence), version: { increment: 1 }, updatedAt: new Date() },
    });
    return count;
  }

  /** Items by kind and state, in the order of kinds and states. */
  async counts(): Promise<{ kind: ReviewKind; state: ReviewState; count: number }[]> {
    return this.tx.$queryRaw`
      SELECT kind, state, count(*)::int AS count FROM review_items
      WHERE tenant_id = ${this.tenantId} GROUP BY kind, state ORDER BY kind, state`;
  }

  private async closeWhere(
    where: Prisma.ReviewItemWhereInput,
    closing: ReviewClosing,
  ): Promise<ReviewItemRecord[]> {
    const rows = await this.tx.reviewItem.updateManyAndReturn({
      where: { ...where, tenantId: this.tenantId, state: { in: [...OPEN] } },
      data: {
        ...closing,
        outcome: jsonInputOrNull(closing.outcome),
        version: { increment: 1 },
        updatedAt: closing.resolvedAt,
      },
      omit: { tenantId: true },
    });
    return rows.map(toRecord).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function filters(page: ReviewPage, tenantId: string): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = [];
  const faceOf = (condition: Prisma.Sql): Prisma.Sql =>
    Prisma.sql`EXISTS (SELECT 1 FROM faces f WHERE f.tenant_id = ${tenantId} AND f.id = r.face_id AND ${condition})`;
  if (page.kinds) conditions.push(Prisma.sql`r.kind = ANY (${[...page.kinds]}::text[])`);
  if (page.clusterId !== undefined) {
    const id = Prisma.sql`${page.clusterId}::uuid`;
    conditions.push(Prisma.sql`(r.cluster_id = ${id} OR ${faceOf(Prisma.sql`f.cluster_id = ${id}`)})`);
  }
  if (page.imageId !== undefined) conditions.push(faceOf(Prisma.sql`f.image_id = ${page.imageId}::uuid`));
  if (page.labelled !== undefined) {
    conditions.push(Prisma.sql`EXISTS (SELECT 1 FROM clusters c WHERE c.tenant_id = ${tenantId}
      AND c.id = r.cluster_id AND c.label IS NOT NULL) = ${page.labelled}::boolean`);
  }
  if (page.probabilityMin !== undefined)
    conditions.push(Prisma.sql`r.probability >= ${page.probabilityMin}::float8`);
  if (page.probabilityMax !== undefined)
    conditions.push(Prisma.sql`r.probability <= ${page.probabilityMax}::float8`);
  if (page.since !== undefined) conditions.push(Prisma.sql`r.created_at >= ${page.since}::timestamptz`);
  return conditions;
}
