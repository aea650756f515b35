// Every table that holds rows of a tenant, in the order in which erasure empties them: rows that name others go first, so
// that no batch waits for a later one.
import { Prisma } from './generated/client.js';
import type { TenantInventory } from './records.js';
import type { Transaction } from './transaction-client.js';

interface TenantTable {
  readonly table: string;
  readonly countedAs: keyof TenantInventory;
  /** Rows that may go before others of their table. */
  readonly only?: Prisma.Sql;
}

const TENANT_TABLES: readonly TenantTable[] = [
  { table: 'review_items', countedAs: 'reviewItems' },
  { table: 'constraints', countedAs: 'constraints' },
  { table: 'model_change_faces', countedAs: 'modelChangeFaces' },
  { table: 'model_change_images', countedAs: 'modelChangeImages' },
  { table: 'model_changes', countedAs: 'modelChanges' },
  { table: 'face_embeddings', countedAs: 'faceEmbeddings' },
  { table: 'cluster_centroids', countedAs: 'clusterCentroids' },
  { table: 'faces', countedAs: 'faces' },
  { table: 'clusters', countedAs: 'clusters' },
  { table: 'images', countedAs: 'images' },
  { table: 'operation_subjects', countedAs: 'operationSubjects' },
  {
    table: 'operations',
    countedAs: 'operations',
    // What took another operation back names it: the last word goes first.
    only: Prisma.sql`AND NOT EXISTS (SELECT 1 FROM operations later
      WHERE later.tenant_id = rows_of.tenant_id AND later.undoes_id = rows_of.id)`,
  },
  { table: 'opt_outs', countedAs: 'optOuts' },
  { table: 'jobs', countedAs: 'jobs' },
  { table: 'idempotency_keys', countedAs: 'idempotencyKeys' },
  {
    table: 'api_keys',
    countedAs: 'apiKeys',
    // A key names the one that it was rotated from.
    only: Prisma.sql`AND NOT EXISTS (SELECT 1 FROM api_keys later
      WHERE later.tenant_id = rows_of.tenant_id AND later.replaces_id = rows_of.id)`,
  },
  // After the keys: no request counts any more.
  { table: 'request_windows', countedAs: 'requestWindows' },
];

/**
 * Deletes up to `limit` rows of the first table that has any.
 * @returns What was deleted, or null when no table has a row.
 */
export async function deleteSomeRows(
  tx: Transaction,
  tenantId: string,
  limit: number,
): Promise<{ readonly table: string; readonly rows: number } | null> {
  for (const { table, only = Prisma.empty } of TENANT_TABLES) {
    const name = Prisma.raw(table);
    const rows = await tx.$executeRaw`
      DELETE FROM ${name} WHERE tenant_id = ${tenantId} AND ctid = ANY (ARRAY(
        SELECT rows_of.ctid FROM ${name} rows_of WHERE rows_of.tenant_id = ${tenantId} ${only} LIMIT ${limit}::int))`;
    if (rows > 0) return { table, rows };
  }
  return null;
}

/** Rows of one tenant, by table. */
export async function countRows(tx: Transaction, tenantId: string): Promise<TenantInventory> {
  const counts: Partial<Record<keyof TenantInventory, number>> = {};
  for (const { table, countedAs } of TENANT_TABLES) counts[countedAs] = await countTable(tx, tenantId, table);
  return counts as TenantInventory;
}

/**
 * Rows of one tenant in every table of the database that has tenants, asked of the catalogue: a table that erasure does
 * not know is counted as well.
 */
export async function countRowsEverywhere(
  tx: Transaction,
  tenantId: string,
): Promise<Readonly<Record<string, number>>> {
  const tables = await tx.$queryRaw<{ name: string }[]>`
    SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped
      AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'tenants'::regclass)
    ORDER BY 1`;
  const counts: Record<string, number> = {};
  for (const { name } of tables) counts[name] = await countTable(tx, tenantId, name);
  return counts;
}

async function countTable(tx: Transaction, tenantId: string, table: string): Promise<number> {
  const [row] = await tx.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM ${Prisma.raw(`"${table}"`)} WHERE tenant_id = ${tenantId}`;
  return row.count;
}
