// Work that one process does at a time, over all processes of a database: the lock is the session's and ends with it, so
// that a process that died holds nothing up.
import pg from 'pg';
import type { Database } from './database.js';

/** Kindred's own number among PostgreSQL's advisory locks. */
const LOCK_CLASS = 0x6b77;

export class ExclusiveWork {
  /** The embedded database has one process, and its connections are one session: names under way stand here. */
  private readonly running = new Set<string>();

  constructor(private readonly database: Database) {}

  /** @returns False, with nothing done, when work of this name is under way. */
  async run(name: string, work: () => Promise<void>): Promise<boolean> {
    if (this.running.has(name)) return false;
    this.running.add(name);
    try {
      return await ('connectionString' in this.database.connection ? this.locked(name, work) : alone(work));
    } finally {
      this.running.delete(name);
    }
  }

  private async locked(name: string, work: () => Promise<void>): Promise<boolean> {
    const client = new pg.Client({ ...this.database.connection, application_name: 'kindred-exclusive' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<{ got: boolean }>(
        'SELECT pg_try_advisory_lock($1, hashtext($2)) AS got',
        [LOCK_CLASS, name],
      );
      return rows[0]!.got && (await alone(work));
    } finally {
      await client.end();
    }
  }
}

async function alone(work: () => Promise<void>): Promise<true> {
  await work();
  return true;
}
