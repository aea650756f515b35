// What Kindred needs of a PostgreSQL server, checked before the first migration so that a fault has a name.
import type pg from 'pg';
import { DatabaseStartError } from './database-error.js';

/** ON DELETE SET NULL (column) came with 15. */
const POSTGRES_MAJOR_MIN = 15;
/** Iterative index scans came with 0.8.0. */
const PGVECTOR_MIN: readonly [number, number] = [0, 8];
const ROLES = ['kindred_tenant', 'kindred_system'] as const;
/** Starters of several databases on one server make the same roles at the same time. */
const ROLE_ATTEMPTS = 10;
const ROLE_PAUSE_MS = 50;

const INSUFFICIENT_PRIVILEGE = '42501';

/** Throws DatabaseStartError. Creates the extension and the roles when they are missing. */
export async function meetRequirements(client: pg.ClientBase): Promise<void> {
  await requireVersion(client);
  await requirePgvector(client);
  await requireRoles(client);
}

async function requireVersion(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ number: number; text: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  );
  const { number, text } = rows[0]!;
  if (number < POSTGRES_MAJOR_MIN * 10_000) {
    throw new DatabaseStartError(
      `PostgreSQL ${text} is too old: Kindred needs ${POSTGRES_MAJOR_MIN} or newer`,
    );
  }
}

async function requirePgvector(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ installed: string | null; available: string }>(
    `SELECT installed_version AS installed, default_version AS available
     FROM pg_available_extensions WHERE name = 'vector'`,
  );
  const extension = rows[0];
  const wanted = PGVECTOR_MIN.join('.');
  if (!extension) {
    throw new DatabaseStartError(
      `the PostgreSQL server has no pgvector extension: install pgvector ${wanted} or newer on the server ` +
        `(Debian: postgresql-<version>-pgvector; container image: pgvector/pgvector)`,
    );
  }
  const version = extension.installed ?? extension.available;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < PGVECTOR_MIN[0] || (major === PGVECTOR_MIN[0] && minor < PGVECTOR_MIN[1])) {
    throw new DatabaseStartError(
      `pgvector ${version} is too old: Kindred needs ${wanted} or newer (then ALTER EXTENSION vector UPDATE)`,
    );
  }
  if (extension.installed) return;
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector');
  } catch (error) {
    // Another starter was faster.
    if ((await client.query(`SELECT 1 FROM pg_extension WHERE extname = 'vector'`)).rowCount) return;
    throw new DatabaseStartError(
      `the database user may not create the pgvector extension: let an administrator run ` +
        `"CREATE EXTENSION vector" in this database once`,
      error,
    );
  }
}

async function requireRoles(client: pg.ClientBase): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      for (const role of ROLES) await requireRole(client, role);
      return;
    } catch (error) {
      if ((error as { code?: string }).code === INSUFFICIENT_PRIVILEGE) {
        throw new DatabaseStartError(
          `the database user may not create or take on the roles ${ROLES.join(' and ')}: let an administrator create them ` +
            `(${ROLES.map((role) => `CREATE ROLE ${role} NOLOGIN`).join('; ')}) and grant them to Kindred's user ` +
            `(GRANT ${ROLES.join(', ')} TO <user>, from PostgreSQL 16 on WITH INHERIT FALSE), or give the user CREATEROLE`,
          error,
        );
      }
      if (attempt >= ROLE_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, ROLE_PAUSE_MS * attempt));
    }
  }
}

/**
 * The user takes the role on and does not inherit it, where the server can tell the two apart (PostgreSQL 16): what is
 * allowed to the role is then allowed in a unit of work only.
 */
async function requireRole(client: pg.ClientBase, role: (typeof ROLES)[number]): Promise<void> {
  const { rows } = await client.query<{ bypass: boolean | null; takes: boolean | null; separate: boolean }>(
    `SELECT rolsuper OR rolbypassrls AS bypass,
            pg_has_role(current_user, oid, CASE WHEN separate THEN 'SET' ELSE 'MEMBER' END) AS takes,
            separate
     FROM (SELECT current_setting('server_version_num')::int >= 160000 AS separate) AS server
     LEFT JOIN pg_roles ON rolname = $1`,
    [role],
  );
  const { bypass, takes, separate } = rows[0]!;
  if (bypass) {
    throw new DatabaseStartError(
      `the role ${role} bypasses row-level security: ALTER ROLE ${role} NOSUPERUSER NOBYPASSRLS`,
    );
  }
  if (bypass === null) await client.query(`CREATE ROLE ${role} NOLOGIN NOBYPASSRLS`);
  if (!takes) {
    await client.query(`GRANT ${role} TO CURRENT_USER${separate ? ' WITH INHERIT FALSE, SET TRUE' : ''}`);
  }
}
