// The table `review_items` of one tenant: the questions that the machine could not answer.
import { Prisma } from '../generated/client.js';
import type { ReviewItemRecord, ReviewKind, ReviewState } from '../records.js';
import type { IdPage, OffsetPage } from '../page.js';
import { reviewConditions } from './review-item-filters.js';
import { reviewBehind, reviewOrder, type ReviewPage } from './review-item-order.js';
import { reviewColumns, type ReviewRow, toReviewRecord } from './review-item-row.js';
import type { ReviewClosing, ReviewItemImage, ReviewQuestion } from './review-item-writes.js';
import { jsonInput, jsonInputOrNull, type Transaction } from '../transaction-client.js';

/** A statement has at most 32,767 parameters, a question 16. */
const QUESTIONS_PER_STATEMENT = 1000;
const OPEN: readonly ReviewState[] = ['open', 'claimed'];
/** What a closed item has no use for. */
const WORK_ENDED = { assignee: null, leaseExpiresAt: null, snoozedUntil: null, skips: [] };

export class ReviewItemRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /**
   * Asks each question once: when an item of its kind and subject is open or claimed, that one takes the new evidence and a
   * higher version and keeps its id; otherwise a new item is opened. Faces and clusters must be there already.
   * @param questions No two of one kind and subject.
   * @returns The items, in the order of the questions.
   */
  async upsertOpenMany(questions: readonly ReviewQuestion[]): Promise<ReviewItemRecord[]> {
    const items: ReviewItemRecord[] = [];
    for (let at = 0; at < questions.length; at += QUESTIONS_PER_STATEMENT)
      items.push(...(await this.upsertOpenSome(questions.slice(at, at + QUESTIONS_PER_STATEMENT))));
    return items;
  }

  private async upsertOpenSome(questions: readonly ReviewQuestion[]): Promise<ReviewItemRecord[]> {
    const values = questions.map(
      (question) => Prisma.sql`(${this.tenantId}, ${question.id}::uuid, ${question.kind}, 'open', 1,
        ${question.subjectKey}, ${question.faceId}::uuid, ${question.clusterId}::uuid,
        ${question.otherClusterId}::uuid, ${question.imageId}::uuid, ${question.otherImageId}::uuid,
        ${JSON.stringify(question.evidence)}::jsonb, ${question.priority}::float8, ${question.similarity}::float8,
        ${question.probability}::float8, ${question.createdAt}::timestamptz, ${question.createdAt}::timestamptz)`,
    );
    const rows = await this.tx.$queryRaw<ReviewRow[]>`
      INSERT INTO review_items AS r (tenant_id, id, kind, state, version, subject_key, face_id, cluster_id, other_cluster_id,
                                     image_id, other_image_id, evidence, priority, similarity, probability, created_at, updated_at)
      VALUES ${Prisma.join(values)}
      ON CONFLICT (tenant_id, kind, subject_key) WHERE state IN ('open', 'claimed')
      DO UPDATE SET version = r.version + 1, face_id = excluded.face_id, cluster_id = excluded.cluster_id,
                    other_cluster_id = excluded.other_cluster_id, evidence = excluded.evidence,
                    priority = excluded.priority, similarity = excluded.similarity, probability = excluded.probability, updated_at = excluded.updated_at
      RETURNING ${reviewColumns}`;
    const bySubject = new Map(rows.map((row) => [`${row.kind} ${row.subjectKey}`, row]));
    return questions.map(({ kind, subjectKey }) => toReviewRecord(bySubject.get(`${kind} ${subjectKey}`)!));
  }

  /** Items of any state, in the order of ids; unknown ids are left out. */
  async findMany(ids: readonly string[]): Promise<ReviewItemRecord[]> {
    if (ids.length === 0) return [];
    return this.select({ id: { in: [...ids] } });
  }

  /** Open and claimed items with one of these kinds and subjects. */
  async findOpenAsking(
    questions: readonly Pick<ReviewItemRecord, 'kind' | 'subjectKey'>[],
  ): Promise<ReviewItemRecord[]> {
    if (questions.length === 0) return [];
    return this.select({
      state: { in: [...OPEN] },
      OR: questions.map(({ kind, subjectKey }) => ({ kind, subjectKey })),
    });
  }

  /** Items of any state that name one of the clusters, in the order of ids. */
  async listNaming(clusterIds: readonly string[]): Promise<ReviewItemRecord[]> {
    if (clusterIds.length === 0) return [];
    return this.select({
      OR: [{ clusterId: { in: [...clusterIds] } }, { otherClusterId: { in: [...clusterIds] } }],
    });
  }

  async find(id: string): Promise<ReviewItemRecord | null> {
    const row = await this.tx.reviewItem.findUnique({
      where: { tenantId_id: { tenantId: this.tenantId, id } },
      omit: { tenantId: true },
    });
    return row && toReviewRecord(row);
  }

  /** The open or claimed item of this number, if it is of one of the kinds. */
  async findOpenByNumber(number: number, kinds: readonly ReviewKind[]): Promise<ReviewItemRecord | null> {
    const [item] = await this.select({ number, kind: { in: [...kinds] }, state: { in: [...OPEN] } });
    return item ?? null;
  }

  /** Open and claimed items of the kinds in the order of their numbers, those that sleep too. */
  async listByNumber(kinds: readonly ReviewKind[], { skip, limit }: OffsetPage): Promise<ReviewItemRecord[]> {
    const rows = await this.tx.reviewItem.findMany({
      where: { tenantId: this.tenantId, kind: { in: [...kinds] }, state: { in: [...OPEN] } },
      orderBy: { number: 'asc' },
      skip,
      take: limit,
      omit: { tenantId: true },
    });
    return rows.map(toReviewRecord);
  }

  /** Open and claimed items about one of the faces or one of the clusters, in the order of ids. */
  async findOpenTouching(subjects: {
    readonly faceIds?: readonly string[];
    readonly clusterIds?: readonly string[];
  }): Promise<ReviewItemRecord[]> {
    const { faceIds = [], clusterIds = [] } = subjects;
    if (faceIds.length + clusterIds.length === 0) return [];
    // Arrays, not lists of parameters: a consolidation asks about tens of thousands.
    const rows = await this.tx.$queryRaw<ReviewRow[]>`
      SELECT ${reviewColumns} FROM review_items r
      WHERE r.tenant_id = ${this.tenantId} AND r.state IN ('open', 'claimed')
        AND (r.face_id = ANY (${[...faceIds]}::uuid[]) OR r.cluster_id = ANY (${[...clusterIds]}::uuid[])
          OR r.other_cluster_id = ANY (${[...clusterIds]}::uuid[]))
      ORDER BY r.id`;
    return rows.map(toReviewRecord);
  }

  /** The last closed item of this kind and subject: whether a question was answered before. */
  async findLastClosed(kind: ReviewKind, subjectKey: string): Promise<ReviewItemRecord | null> {
    const row = await this.tx.reviewItem.findFirst({
      where: { tenantId: this.tenantId, kind, subjectKey, state: { notIn: [...OPEN] } },
      orderBy: [{ resolvedAt: { sort: 'desc', nulls: 'last' } }, { id: 'desc' }],
      omit: { tenantId: true },
    });
    return row && toReviewRecord(row);
  }

  /** The newest item of this kind and subject, whatever its state: whether a question is asked or was answered. */
  async findLast(kind: ReviewKind, subjectKey: string): Promise<ReviewItemRecord | null> {
    const row = await this.tx.reviewItem.findFirst({
      where: { tenantId: this.tenantId, kind, subjectKey },
      orderBy: { id: 'desc' },
      omit: { tenantId: true },
    });
    return row && toReviewRecord(row);
  }

  /** One page of the queue in the order asked for. */
  async list(page: ReviewPage): Promise<ReviewItemRecord[]> {
    const sort = page.sort ?? 'impact';
    const conditions = [Prisma.sql`r.tenant_id = ${this.tenantId}`, ...reviewConditions(page, this.tenantId)];
    if (page.after) conditions.push(reviewBehind(sort, page.after));
    const rows = await this.tx.$queryRaw<ReviewRow[]>`
      SELECT ${reviewColumns} FROM review_items r
      WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY ${reviewOrder(sort)} LIMIT ${page.limit}::int`;
    return rows.map(toReviewRecord);
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

  /** Ends every open or claimed item with one of the ids. @returns The items as they are now, in the order of ids. */
  async closeMany(ids: readonly string[], closing: ReviewClosing): Promise<ReviewItemRecord[]> {
    return this.closeWhere({ id: { in: [...ids] } }, closing);
  }

  /** Items of any state in the order of ids. @param about Only those about the cluster itself, or one of its faces. */
  async listAll({ limit, after }: IdPage, about?: string): Promise<ReviewItemRecord[]> {
    const rows = await this.tx.reviewItem.findMany({
      where: {
        tenantId: this.tenantId,
        ...(after === undefined ? {} : { id: { gt: after } }),
        ...(about === undefined ? {} : { OR: [{ clusterId: about }, { face: { clusterId: about } }] }),
      },
      orderBy: { id: 'asc' },
      take: limit,
      omit: { tenantId: true },
    });
    return rows.map(toReviewRecord);
  }

  /** Items that another Kindred had, as they are there; their numbers are this tenant's own. What they name must be there. */
  async insertMany(items: readonly Omit<ReviewItemRecord, 'number'>[]): Promise<void> {
    if (items.length === 0) return;
    await this.tx.reviewItem.createMany({
      data: items.map(({ evidence, outcome, skips, notes, ...item }) => ({
        ...item,
        tenantId: this.tenantId,
        evidence: jsonInput(evidence),
        outcome: jsonInputOrNull(outcome),
        skips: skips as unknown as Prisma.InputJsonArray,
        notes: notes as unknown as Prisma.InputJsonArray,
      })),
    });
  }

  /** Puts an item back as undo remembers it: members that are absent stay. Raises the version. */
  async restore(id: string, image: ReviewItemImage, at: Date): Promise<void> {
    const { outcome, evidence, ...rest } = image;
    await this.tx.reviewItem.updateMany({
      where: { tenantId: this.tenantId, id },
      data: {
        ...rest,
        ...(outcome === undefined ? {} : { outcome: jsonInputOrNull(outcome) }),
        ...(evidence === undefined ? {} : { evidence: jsonInput(evidence) }),
        ...(image.state === undefined || OPEN.includes(image.state) ? {} : WORK_ENDED),
        version: { increment: 1 },
        updatedAt: at,
      },
    });
  }

  private async select(where: Prisma.ReviewItemWhereInput): Promise<ReviewItemRecord[]> {
    const rows = await this.tx.reviewItem.findMany({
      where: { ...where, tenantId: this.tenantId },
      orderBy: { id: 'asc' },
      omit: { tenantId: true },
    });
    return rows.map(toReviewRecord);
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
        ...WORK_ENDED,
        // Its subject was erased, and people write names into notes.
        ...(closing.state === 'cancelled' ? { notes: [] } : {}),
      },
      omit: { tenantId: true },
    });
    return rows.map(toReviewRecord).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
