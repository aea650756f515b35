// How a search uses the approximate index of a large tenant: what the index is called, and how broadly it is searched.
//
// [Note: Breadth of a search]
// `hnsw.ef_search` candidates are kept while the graph is walked. The same number finds less the larger the graph is
// (docs/performance.md), so that it follows the size of the tenant: 80 up to 100,000 faces, 200 at a million, 400 at most. The
// size is what PostgreSQL knows of the tenant's own partial index: nothing is counted. The search sets its breadth itself, once it
// is planned: to the planner a broad search looks dear, and it would scan a small tenant beside its index.
import { createHash } from 'node:crypto';
import { Prisma } from '../generated/client.js';

const PREFIX = 'face_embeddings_hnsw_';

/** Every transaction begins with it. */
export const LEAST_BREADTH = 80;
/** Time grows with it; beyond five million faces a little is lost again. */
const MOST_BREADTH = 400;
/** Faces that the least breadth is enough for. */
const ENOUGH_FOR = 100_000;
/** 200 at a million faces. */
const GROWTH = 0.4;

/** The index of one tenant and space. A name holds 63 bytes, a tenant and a space together more. */
export const vectorIndexName = (tenantId: string, space: string): string =>
  PREFIX + createHash('sha256').update(`${tenantId}\n${space}`).digest('hex').slice(0, 32);

/** The names of all such indexes, for LIKE. */
export const VECTOR_INDEX_NAMES = `${PREFIX}%`;

/**
 * A condition that always holds, and sets the breadth of what the transaction searches from then on. A statement evaluates it before its
 * own search, once, where it stands at the probes that the search depends on.
 */
export const breadthIsSet = (tenantId: string, space: string): Prisma.Sql => Prisma.sql`
  (SELECT set_config('hnsw.ef_search', COALESCE(
    (SELECT least(${MOST_BREADTH}::int, ceil(${LEAST_BREADTH}::int
        * power(greatest(1, reltuples / ${ENOUGH_FOR}::float8), ${GROWTH}::float8)))::int::text
     FROM pg_class WHERE oid = to_regclass(${vectorIndexName(tenantId, space)})), ${String(LEAST_BREADTH)}), true)) IS NOT NULL`;

/** Whether searches in this space go through an index of the tenant's own. */
export const isIndexed = (tenantId: string, space: string): Prisma.Sql => Prisma.sql`
  EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(${vectorIndexName(tenantId, space)}) AND indisvalid)`;
