// Figures of the table `review_items` of one tenant: what waits, and what was answered.
import { Prisma } from '../generated/client.js';
import type { ReviewKind } from '../records.js';
import type { Transaction } from '../transaction-client.js';

export interface OpenCount {
  readonly kind: ReviewKind;
  /** Awake and unclaimed. */
  readonly open: number;
  readonly claimed: number;
  readonly snoozed: number;
}

/** Answers of one sort. */
export interface GivenAnswers {
  readonly kind: ReviewKind;
  readonly decision: string;
  /** The decision names the candidate that was likeliest. */
  readonly namesBest: boolean;
  /** Index into the edges, by the probability of the likeliest; null without one. */
  readonly bin: number | null;
  readonly count: number;
}

/** The cluster that an uncertain assignment held likeliest. */
const best = Prisma.sql`(r.evidence -> 'candidates' -> 0 ->> 'cluster_id')`;

export class ReviewStatisticsRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** Open items in the order of kinds. An item that is claimed and asleep counts as asleep. */
  async openByKind(now: Date): Promise<OpenCount[]> {
    const asleep = Prisma.sql`coalesce(r.snoozed_until > ${now}::timestamptz, false)`;
    const held = Prisma.sql`coalesce(r.lease_expires_at > ${now}::timestamptz, false)`;
    return this.tx.$queryRaw`
      SELECT r.kind,
             (count(*) FILTER (WHERE NOT ${asleep} AND NOT ${held}))::int AS open,
             (count(*) FILTER (WHERE NOT ${asleep} AND ${held}))::int AS claimed,
             (count(*) FILTER (WHERE ${asleep}))::int AS snoozed
      FROM review_items r
      WHERE r.tenant_id = ${this.tenantId} AND r.state IN ('open', 'claimed')
      GROUP BY r.kind ORDER BY r.kind`;
  }

  /** Items that a human answered at this time or later. */
  async resolvedSince(since: Date): Promise<number> {
    const [row] = await this.tx.$queryRaw<[{ count: number }]>`
      SELECT count(*)::int AS count FROM review_items r
      WHERE r.tenant_id = ${this.tenantId} AND r.state = 'resolved' AND r.resolved_at >= ${since}::timestamptz`;
    return row.count;
  }

  /**
   * Answers given at this time or later.
   * @param edges Lower edges of the bins, ascending from 0.
   */
  async answersSince(since: Date, edges: readonly number[]): Promise<GivenAnswers[]> {
    return this.tx.$queryRaw`
      SELECT r.kind, r.outcome ->> 'decision' AS decision,
             coalesce(CASE r.outcome ->> 'decision'
                        WHEN 'reject' THEN r.outcome -> 'cluster_ids' @> to_jsonb(${best})
                        ELSE r.outcome ->> 'cluster_id' = ${best} END, false) AS "namesBest",
             width_bucket(r.probability, ${[...edges]}::float8[]) - 1 AS bin,
             count(*)::int AS count
      FROM review_items r
      WHERE r.tenant_id = ${this.tenantId} AND r.state = 'resolved' AND r.resolved_at >= ${since}::timestamptz
        AND r.outcome ->> 'decision' IS NOT NULL
      GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
  }
}
