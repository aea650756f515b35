// What PostgreSQL's autovacuum does and PGlite lacks: without it the planner knows nothing of the tables, and the room of deleted
// and changed rows is never used again. The rules are PostgreSQL's, and so are the figures in them (its `autovacuum_*` settings).
// https://www.postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM
import type { PGlite } from '@electric-sql/pglite';

/** Between two looks, ms. A look takes a few; PostgreSQL looks each minute, but has not a single session for all. */
const NAP_MS = 20_000;

/** Runs work when no transaction is open, and nothing else meanwhile. */
export type BetweenTransactions = <T>(work: (db: PGlite) => Promise<T>) => Promise<T>;

interface DueTable {
  /** Quoted, with its schema. */
  readonly name: string;
  readonly dead: boolean;
  readonly changed: boolean;
}

/** A table that was filled and never looked at is due, too: counts of changes do not survive a killed process. */
const DUE = `
  SELECT * FROM (
    SELECT format('%I.%I', s.schemaname, s.relname) AS name,
           s.n_dead_tup > current_setting('autovacuum_vacuum_threshold')::float8
             + current_setting('autovacuum_vacuum_scale_factor')::float8 * greatest(c.reltuples, 0) AS dead,
           s.n_mod_since_analyze > current_setting('autovacuum_analyze_threshold')::float8
             + current_setting('autovacuum_analyze_scale_factor')::float8 * greatest(c.reltuples, 0)
             OR (c.reltuples < 0 AND pg_relation_size(c.oid) > 0) AS changed
    FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE c.relpersistence = 'p' AND c.relkind IN ('r', 'm')
  ) AS judged WHERE dead OR changed ORDER BY name`;

export class Autovacuum {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(private readonly between: BetweenTransactions) {}

  start(): void {
    this.timer = setTimeout(() => {
      // A table that cannot be tended is left as it is: the service needs it no less than before.
      this.running = this.tend()
        .catch(() => undefined)
        .finally(() => !this.stopping && this.start());
    }, NAP_MS);
  }

  /** Resolves when the table under way is done. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Tends the tables that are due; between two of them others have their turn. @returns Statements, in their order. */
  async tend(): Promise<string[]> {
    const due = await this.between(async (db) => {
      await db.exec('SELECT pg_stat_force_next_flush()');
      return (await db.query<DueTable>(DUE)).rows;
    });
    const done: string[] = [];
    for (const table of due) {
      if (this.stopping) break;
      const statement = statementFor(table);
      await this.between((db) => db.exec(statement));
      done.push(statement);
    }
    return done;
  }
}

function statementFor({ name, dead, changed }: DueTable): string {
  if (!dead) return `ANALYZE ${name}`;
  return changed ? `VACUUM (ANALYZE) ${name}` : `VACUUM ${name}`;
}
