// The door to the database: PostgreSQL when an address is configured, else the embedded one. Same SQL, same client.
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type EmbeddedConnection, EmbeddedDatabase } from './embedded/embedded-database.js';
import { DatabaseStartError } from './database-error.js';
import { PrismaClient } from './generated/client.js';
import { applyMigrations, pendingMigrations } from './migration-runner.js';
import { meetRequirements } from './server-requirements.js';
import { UnitsOfWork } from './unit-of-work.js';
import { join } from 'node:path';

export interface DatabaseOptions {
  /** Address of a PostgreSQL server; without it the embedded database is used. */
  readonly url?: string | undefined;
  /** Connections of this process, at least 1; more units of work wait for one. */
  readonly poolSize: number;
}

/** How another client of this process (the queue) reaches the same database. */
export type DatabaseConnection = { readonly connectionString: string } | EmbeddedConnection;

export class Database {
  /** Units of work; for the stores of this room. */
  readonly units: UnitsOfWork;

  private constructor(
    readonly connection: DatabaseConnection,
    private readonly pool: pg.Pool,
    private readonly prisma: PrismaClient,
    private readonly migrationsDir: string,
    private readonly embedded: EmbeddedDatabase | undefined,
  ) {
    this.units = new UnitsOfWork(prisma);
  }

  /**
   * Opens the database and brings its tables up to date; processes that start at once wait for each other.
   * Throws DatabaseStartError with advice when the server cannot serve Kindred.
   * @param dataDir Folder of the embedded database (in `<dataDir>/pg`).
   * @param migrationsDir `prisma/migrations`.
   */
  static async open(options: DatabaseOptions, dataDir: string, migrationsDir: string): Promise<Database> {
    const embedded = options.url === undefined ? await EmbeddedDatabase.open(join(dataDir, 'pg')) : undefined;
    const connection: DatabaseConnection = embedded
      ? embedded.connection
      : { connectionString: options.url! };
    const pool = new pg.Pool({
      ...connection,
      max: options.poolSize,
      application_name: 'kindred',
    });
    // A connection that breaks while idle is replaced at the next use; without a listener it would end the process.
    pool.on('error', () => undefined);
    try {
      await prepare(pool, migrationsDir);
      const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
      return new Database(connection, pool, prisma, migrationsDir, embedded);
    } catch (error) {
      await pool.end();
      await embedded?.close();
      throw error;
    }
  }

  /** Throws when the database does not answer. */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  /** True when every migration of this build is applied. */
  async migrationsApplied(): Promise<boolean> {
    return (await pendingMigrations(this.pool, this.migrationsDir)).length === 0;
  }

  /** For people: "PostgreSQL 17.11, pgvector 0.8.0" or "embedded PostgreSQL 18.6, pgvector 0.8.7". */
  async serverDescription(): Promise<string> {
    const { rows } = await this.pool.query<{ server: string; pgvector: string }>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS server, extversion AS pgvector
       FROM pg_extension WHERE extname = 'vector'`,
    );
    return `${this.embedded ? 'embedded ' : ''}PostgreSQL ${rows[0]?.server}, pgvector ${rows[0]?.pgvector}`;
  }

  /** Waits for running units of work, then closes; may be called twice. */
  async close(): Promise<void> {
    if (this.closing === undefined) this.closing = this.end();
    return this.closing;
  }

  private closing: Promise<void> | undefined;

  private async end(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
    await this.embedded?.close();
  }
}

async function prepare(pool: pg.Pool, migrationsDir: string): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new DatabaseStartError(`the database cannot be reached: ${(error as Error).message}`, error);
  });
  try {
    await meetRequirements(client);
    await applyMigrations(client, migrationsDir);
  } finally {
    client.release();
  }
}
