// The orders in which the review queue can be read, each with the key of a row in it.
import { Prisma } from './generated/client.js';
import type { ReviewItemRecord } from './records.js';

export const REVIEW_SORTS = ['impact', 'newest', 'oldest', 'similarity'] as const;
/** impact: highest priority first. similarity: highest first, items without one last. */
export type ReviewSort = (typeof REVIEW_SORTS)[number];

/** Where a page ended. `value` is the sort value of that row: null in the orders by time. */
export interface ReviewKey {
  readonly id: string;
  readonly value: number | null;
}

/** The key of a row: hand it to `list` as `after` to read on behind it. */
export function reviewKey(
  sort: ReviewSort,
  item: Pick<ReviewItemRecord, 'id' | 'priority' | 'similarity'>,
): ReviewKey {
  switch (sort) {
    case 'impact':
      return { id: item.id, value: item.priority };
    case 'similarity':
      return { id: item.id, value: item.similarity ?? NO_SIMILARITY };
    case 'newest':
    case 'oldest':
      return { id: item.id, value: null };
  }
}

/** Below every cosine: items without a similarity come last. */
const NO_SIMILARITY = -2;

const similarity = Prisma.sql`coalesce(r.similarity, ${Prisma.raw(String(NO_SIMILARITY))})`;

export function reviewOrder(sort: ReviewSort): Prisma.Sql {
  switch (sort) {
    case 'impact':
      return Prisma.sql`r.priority DESC, r.id`;
    case 'similarity':
      return Prisma.sql`${similarity} DESC, r.id`;
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
    case 'impact':
      return Prisma.sql`(r.priority < ${value} OR (r.priority = ${value} AND r.id > ${id}))`;
    case 'similarity':
      return Prisma.sql`(${similarity} < ${value} OR (${similarity} = ${value} AND r.id > ${id}))`;
    case 'newest':
      return Prisma.sql`r.id < ${id}`;
    case 'oldest':
      return Prisma.sql`r.id > ${id}`;
  }
}
