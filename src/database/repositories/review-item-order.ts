// The orders in which the review queue can be read, each with the key of a row in it.
//
// [Note: Age without a clock] Impact is `priority` plus a bonus that grows with age at one rate for all: priority + (now − created) / rate.
// `now` is the same for every row, so the order is that of priority − created / rate, which no passing of time changes: it can be
// indexed (the migration review_life_cycle has the same expression) and paged by key. Counting from 2026 keeps the digits.
import { AGE_BONUS_SECONDS_PER_FACE } from '../../domain/review/priority.js';
import { Prisma } from '../generated/client.js';
import type { ReviewItemRecord } from '../records.js';
import type { ReviewFilters } from './review-item-filters.js';

export const REVIEW_SORTS = ['impact', 'newest', 'oldest', 'similarity', 'size'] as const;
/**
 * impact: what an answer places, and age; highest first. similarity: highest first, items without one last. size: most faces
 * first.
 */
export type ReviewSort = (typeof REVIEW_SORTS)[number];

/** Where a page ended. */
export interface ReviewKey {
  readonly id: string;
  /** What that row is sorted by: priority, similarity or size; null in the orders by time. */
  readonly value: number | null;
  /** When that row was raised, epoch ms; only in the order of impact. */
  readonly raisedAt: number | null;
}

/** A page of the queue. */
export interface ReviewPage extends ReviewFilters {
  readonly limit: number;
  /** `reviewKey(sort, row)` of the last row of the page before. */
  readonly after?: ReviewKey | undefined;
  /** Default impact. */
  readonly sort?: ReviewSort | undefined;
}

type Keyed = Pick<ReviewItemRecord, 'id' | 'priority' | 'similarity' | 'evidence' | 'createdAt'>;

/** The key of a row: hand it to `list` as `after` to read on behind it. */
export function reviewKey(sort: ReviewSort, item: Keyed): ReviewKey {
  const key = (value: number | null): ReviewKey => ({ id: item.id, value, raisedAt: null });
  switch (sort) {
    case 'impact':
      return { ...key(item.priority), raisedAt: item.createdAt.getTime() };
    case 'similarity':
      return key(item.similarity ?? NO_SIMILARITY);
    case 'size':
      return key(reviewSize(item));
    case 'newest':
    case 'oldest':
      return key(null);
  }
}

/** Faces that the question is about: those of its cluster, or the one face. */
export function reviewSize({ evidence }: Pick<ReviewItemRecord, 'evidence'>): number {
  const count = evidence['face_count'];
  return typeof count === 'number' ? count : 1;
}

/** Below every cosine: items without a similarity come last. */
const NO_SIMILARITY = -2;

const similarity = Prisma.sql`coalesce(r.similarity, ${Prisma.raw(String(NO_SIMILARITY))})`;

const size = Prisma.sql`(CASE WHEN jsonb_typeof(r.evidence -> 'face_count') = 'number'
  THEN (r.evidence ->> 'face_count')::float8 ELSE 1 END)`;

/** Literals, not parameters: the planner knows the index by them. */
const agedImpact = (priority: Prisma.Sql, raisedAt: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(${priority} - EXTRACT(EPOCH FROM (${raisedAt} - TIMESTAMPTZ '2026-01-01 00:00:00+00'))::float8
    / ${Prisma.raw(String(AGE_BONUS_SECONDS_PER_FACE))})`;

const impact = agedImpact(Prisma.sql`r.priority`, Prisma.sql`r.created_at`);

export function reviewOrder(sort: ReviewSort): Prisma.Sql {
  switch (sort) {
    case 'impact':
      return Prisma.sql`${impact} DESC, r.id`;
    case 'similarity':
      return Prisma.sql`${similarity} DESC, r.id`;
    case 'size':
      return Prisma.sql`${size} DESC, r.id`;
    case 'newest':
      return Prisma.sql`r.id DESC`;
    case 'oldest':
      return Prisma.sql`r.id`;
  }
}

/** The condition that a row lies behind `after`. */
export function reviewBehind(sort: ReviewSort, after: ReviewKey): Prisma.Sql {
  const id = Prisma.sql`${after.id}::uuid`;
  const value = Prisma.sql`${after.value}::float8`;
  switch (sort) {
    case 'impact': {
      const raisedAt = new Date(after.raisedAt ?? 0);
      // Computed where the rows' own is, so that not a bit differs.
      return below(impact, agedImpact(value, Prisma.sql`${raisedAt}::timestamptz`), id);
    }
    case 'similarity':
      return below(similarity, value, id);
    case 'size':
      return below(size, value, id);
    case 'newest':
      return Prisma.sql`r.id < ${id}`;
    case 'oldest':
      return Prisma.sql`r.id > ${id}`;
  }
}

const below = (column: Prisma.Sql, value: Prisma.Sql, id: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(${column} < ${value} OR (${column} = ${value} AND r.id > ${id}))`;
