// Applies prisma/migrations at start, without Prisma's command line: same table, same checksums, same lock number, so that
// `prisma migrate status|deploy|dev` agree with what was done here.
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { DatabaseStartError } from './database-error.js';

/** The advisory lock that Prisma's own engine takes. */
const LOCK_NUMBER = 72707369;

const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of migration.sql, hex. */
  readonly checksum: string;
}

interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/**
 * Applies what is missing, each migration as a whole or not at all. Starters on one database wait for each other.
 * Throws DatabaseStartError when an applied migration was edited since, failed half-way, or is not in the folder.
 * @param client One session, outside a transaction.
 * @returns Names of the migrations applied now.
 */
export async function applyMigrations(client: pg.ClientBase, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  await client.query('SELECT pg_advisory_lock($1)', [LOCK_NUMBER]);
  try {
    await client.query(TABLE);
    const applied = await readApplied(client);
    refuseForeign(migrations, applied);
    const missing = migrations.filter((migration) => !isApplied(migration, applied.get(migration.name)));
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK_NUMBER]);
  }
}

/** Migrations of the folder that are not applied. Throws like `applyMigrations`; changes nothing. */
export async function pendingMigrations(
  client: Pick<pg.ClientBase, 'query'>,
  folder: string,
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const applied = await readApplied(client);
  return migrations.filter((m) => !isApplied(m, applied.get(m.name))).map(({ name }) => name);
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function readApplied(client: Pick<pg.ClientBase, 'query'>): Promise<Map<string, AppliedMigration>> {
  const { rows } = await client.query<AppliedMigration>(
    'SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

function isApplied(migration: Migration, row: AppliedMigration | undefined): boolean {
  if (!row) return false;
  if (!row.finished_at) {
    throw new DatabaseStartError(`migration ${migration.name} failed earlier: see "_prisma_migrations".logs`);
  }
  if (row.checksum !== migration.checksum) {
    throw new DatabaseStartError(`migration ${migration.name} was changed after it was applied`);
  }
  return true;
}

/** A database that a newer build has changed is not this build's. */
function refuseForeign(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, AppliedMigration>,
): void {
  const known = new Set(migrations.map(({ name }) => name));
  const foreign = [...applied.keys()].filter((name) => !known.has(name));
  if (foreign.length > 0) {
    throw new DatabaseStartError(
      `the database has migrations that this build does not know (${foreign.join(', ')}): use the build that made them`,
    );
  }
}

async function apply(client: pg.ClientBase, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new DatabaseStartError(`migration ${name} failed: ${(error as Error).message}`, error);
  }
}
