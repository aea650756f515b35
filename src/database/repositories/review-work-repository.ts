// The columns of `review_items` that say who works on a question. They never change its version: what is asked stays the same.
import { Prisma } from '../generated/client.js';
import type { ReviewItemRecord } from '../records.js';
import { type ReviewFilters, reviewConditions } from './review-item-filters.js';
import { reviewOrder, type ReviewSort } from './review-item-order.js';
import { reviewColumns, type ReviewRow, toReviewRecord } from './review-item-row.js';
import type { Transaction } from '../transaction-client.js';

export interface NextClaim {
  readonly actor: string;
  readonly now: Date;
  readonly leaseExpiresAt: Date;
  readonly sort: ReviewSort;
  readonly filters: Omit<ReviewFilters, 'states' | 'assignee' | 'snoozed' | 'now'>;
}

/** Members that are absent stay as they are. */
export type ReviewWorkPatch = Partial<
  Pick<ReviewItemRecord, 'assignee' | 'leaseExpiresAt' | 'snoozedUntil' | 'skips' | 'notes'>
>;

export class ReviewWorkRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /**
   * Hands the first open item in the order asked for to the actor: not claimed, not asleep, not passed on by the actor in this
   * version. A row that another claim has locked is left out, so that two never get the same.
   * @returns null when there is none.
   */
  async claimNext({
    actor,
    now,
    leaseExpiresAt,
    sort,
    filters,
  }: NextClaim): Promise<ReviewItemRecord | null> {
    const conditions = [
      Prisma.sql`r.tenant_id = ${this.tenantId}`,
      ...reviewConditions({ ...filters, states: ['open'], now }, this.tenantId),
      Prisma.sql`NOT r.skips @> jsonb_build_array(jsonb_build_object('actor', ${actor}::text, 'version', r.version))`,
    ];
    const [row] = await this.tx.$queryRaw<ReviewRow[]>`
      UPDATE review_items r SET assignee = ${actor}, lease_expires_at = ${leaseExpiresAt}::timestamptz
      WHERE r.tenant_id = ${this.tenantId} AND r.id = (
        SELECT r.id FROM review_items r WHERE ${Prisma.join(conditions, ' AND ')}
        ORDER BY ${reviewOrder(sort)} LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING ${reviewColumns}`;
    return row === undefined ? null : toReviewRecord(row);
  }

  /** @returns The item as it is now; null when it is unknown. */
  async patch(id: string, { skips, notes, ...rest }: ReviewWorkPatch): Promise<ReviewItemRecord | null> {
    const [row] = await this.tx.reviewItem.updateManyAndReturn({
      where: { tenantId: this.tenantId, id },
      data: {
        ...rest,
        ...(skips === undefined ? {} : { skips: skips.map((skip) => ({ ...skip })) }),
        ...(notes === undefined ? {} : { notes: notes.map((note) => ({ ...note })) }),
      },
      omit: { tenantId: true },
    });
    return row === undefined ? null : toReviewRecord(row);
  }
}
