// Vacuum: takes deleted rows, and the index entries that lead to them, out of the pages they lie in.
import pg from 'pg';
import type { Database } from './database.js';

export interface VacuumReport {
  /** Tables that were vacuumed, and tables whose vacuum this user is not allowed, count. */
  readonly vacuumed: number;
  readonly refused: number;
  /** Deleted rows that stay for now, because a transaction that is older than their end can still see them, count. */
  readonly rowsKeptForOthers: number;
}

const KEPT_FOR_OTHERS = /(\d+) are dead but not yet removable/;

export class TableUpkeep {
  constructor(private readonly database: Database) {}

  /** Vacuums every table that holds rows of tenants, in a session of its own; others read and write meanwhile. */
  async vacuum(): Promise<VacuumReport> {
    const client = new pg.Client({ ...this.database.connection, application_name: 'kindred-vacuum' });
    client.on('error', () => undefined);
    let rowsKeptForOthers = 0;
    // The tables alone: what pgvector and TOAST say of their parts has other words.
    client.on('notice', ({ message = '' }) => {
      rowsKeptForOthers += Number(KEPT_FOR_OTHERS.exec(message)?.[1] ?? 0);
    });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string; allowed: boolean }>(
        `SELECT quote_ident(c.relname) AS name, pg_has_role(c.relowner, 'USAGE') AS allowed
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relkind = 'r' AND a.attname = 'tenant_id' AND NOT a.attisdropped
           AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'tenants'::regclass)
         ORDER BY 1`,
      );
      const allowed = tables.filter((table) => table.allowed);
      for (const { name } of allowed) await client.query(`VACUUM (VERBOSE, INDEX_CLEANUP ON) ${name}`);
      return { vacuumed: allowed.length, refused: tables.length - allowed.length, rowsKeptForOthers };
    } finally {
      await client.end();
    }
  }
}
