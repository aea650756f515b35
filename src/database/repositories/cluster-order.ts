// The orders in which clusters can be read, each with the key of a row in it.
import { Prisma } from '../generated/client.js';
import type { CountedClusterRecord } from '../records.js';

export const CLUSTER_SORTS = ['newest', 'recent', 'size', 'label'] as const;
/**
 * newest: made last first. recent: changed last first. size: most active faces first. label: by name whatever its case, clusters
 * without one last.
 */
export type ClusterSort = (typeof CLUSTER_SORTS)[number];

/** Where a page ended. */
export interface ClusterKey {
  readonly id: string;
  /** What that row is sorted by: epoch ms, faces or label; null for `newest` and for a cluster without a label. */
  readonly value: number | string | null;
}

/** The key of a row: hand it to `list` as `after` to read on behind it. */
export function clusterKey(sort: ClusterSort, cluster: CountedClusterRecord): ClusterKey {
  switch (sort) {
    case 'newest':
      return { id: cluster.id, value: null };
    case 'recent':
      return { id: cluster.id, value: cluster.updatedAt.getTime() };
    case 'size':
      return { id: cluster.id, value: cluster.faceCount };
    case 'label':
      return { id: cluster.id, value: cluster.label };
  }
}

/** Whether a key can be one of this order: a cursor comes from outside. */
export function fitsClusterSort(sort: ClusterSort, { value }: ClusterKey): boolean {
  switch (sort) {
    case 'newest':
      return value === null;
    case 'recent':
      return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
    case 'size':
      return typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 2 ** 31;
    case 'label':
      return value === null || typeof value === 'string';
  }
}

/** Lower-cased by the database on both sides, so that no two opinions of case meet. */
export const folded = (text: Prisma.Sql): Prisma.Sql => Prisma.sql`lower(${text})`;

export function clusterOrder(sort: ClusterSort): Prisma.Sql {
  switch (sort) {
    case 'newest':
      return Prisma.sql`c.id DESC`;
    case 'recent':
      return Prisma.sql`c.updated_at DESC, c.id DESC`;
    case 'size':
      return Prisma.sql`counted.faces DESC, c.id DESC`;
    case 'label':
      return Prisma.sql`${folded(Prisma.sql`c.label`)} ASC NULLS LAST, c.id DESC`;
  }
}

/** The condition that a row lies behind `after`. */
export function clusterBehind(sort: ClusterSort, after: ClusterKey): Prisma.Sql {
  const olderId = Prisma.sql`c.id < ${after.id}::uuid`;
  switch (sort) {
    case 'newest':
      return olderId;
    case 'recent':
      return Prisma.sql`(c.updated_at, c.id) < (${new Date(Number(after.value))}::timestamptz, ${after.id}::uuid)`;
    case 'size':
      return Prisma.sql`(counted.faces, c.id) < (${after.value}::int, ${after.id}::uuid)`;
    case 'label': {
      if (after.value === null) return Prisma.sql`(c.label IS NULL AND ${olderId})`;
      const [own, last] = [folded(Prisma.sql`c.label`), folded(Prisma.sql`${after.value}::text`)];
      return Prisma.sql`(c.label IS NULL OR ${own} > ${last} OR (${own} = ${last} AND ${olderId}))`;
    }
  }
}
