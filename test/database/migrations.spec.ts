// Migrations at start: once, whole, by one starter, and never another text than the one that was applied.
import { readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.js';
import { DatabaseStartError } from '../../src/database/database-error.js';
import { migrationsFolder, openEmbedded } from '../harness/database.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';

describe('migrations at start', () => {
  let own: OwnDatabase;
  let folder: string;
  beforeEach(async () => {
    own = await createTestDatabase('empty');
    folder = await mkdtemp(join(tmpdir(), 'kindred-migrations-'));
    await cp(migrationsFolder, folder, { recursive: true });
  });
  afterEach(async () => {
    await own.drop();
    await rm(folder, { recursive: true });
  });

  const open = (): Promise<Database> => Database.open({ url: own.url, poolSize: 2 }, '', folder);
  const openAndClose = async (): Promise<void> => (await open()).close();
  const query = async (sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: own.url });
    await client.connect();
    return client
      .query(sql)
      .then(({ rows }) => rows as unknown[])
      .finally(() => client.end());
  };
  const add = async (name: string, sql: string): Promise<void> => {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'migration.sql'), sql);
  };
  const applied = (): Promise<unknown[]> =>
    query(
      'SELECT migration_name AS name, applied_steps_count AS steps, finished_at IS NOT NULL AS done FROM _prisma_migrations ORDER BY 1',
    );
  const done = (name: string) => ({ name, steps: 1, done: true });
  /** The migrations of this build, in order. */
  const shipped = readdirSync(migrationsFolder)
    .filter((name) => /^\d{14}_/.test(name))
    .sort()
    .map(done);

  it('are applied once, however often the service starts', async () => {
    await openAndClose();
    await openAndClose();
    expect(await applied()).toEqual(shipped);
    await add('20270101000000_more', 'CREATE TABLE more (id int)');
    const database = await open();
    expect(await database.migrationsApplied()).toBe(true);
    await add('20270102000000_waits', 'SELECT 1');
    expect(await database.migrationsApplied()).toBe(false);
    await database.close();
    expect(await applied()).toEqual([...shipped, done('20270101000000_more')]);
  });

  it('starters on one database at the same time all come up, and one of them migrates', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, open));
    for (const database of databases) expect(await database.migrationsApplied()).toBe(true);
    await Promise.all(databases.map((database) => database.close()));
    expect(await applied()).toEqual(shipped);
  });

  it('a migration that was edited after it was applied is refused', async () => {
    await add('20270101000000_more', 'CREATE TABLE more (id int)');
    await openAndClose();
    await add('20270101000000_more', 'CREATE TABLE more (id bigint)');
    await expect(open()).rejects.toThrow('migration 20270101000000_more was changed after it was applied');
  });

  it('a migration that fails leaves nothing behind and may be mended', async () => {
    await add(
      '20270101000000_more',
      'CREATE TABLE more (id int); INSERT INTO more VALUES (1); SELECT 1 / 0;',
    );
    await expect(open()).rejects.toThrow(/20270101000000_more failed: division by zero/);
    expect(await applied()).toEqual(shipped);
    expect(await query(`SELECT to_regclass('more') AS found`)).toEqual([{ found: null }]);
    await add('20270101000000_more', 'CREATE TABLE more (id int)');
    await openAndClose();
  });

  it('a database of a newer build is refused', async () => {
    await add('20270101000000_more', 'CREATE TABLE more (id int)');
    await openAndClose();
    await rm(join(folder, '20270101000000_more'), { recursive: true });
    await expect(open()).rejects.toThrow(/does not know \(20270101000000_more\)/);
  });

  it('a server that is not there is named as such', async () => {
    const nowhere = Database.open({ url: 'postgresql://postgres@127.0.0.1:1/none', poolSize: 1 }, '', folder);
    await expect(nowhere).rejects.toThrow(DatabaseStartError);
    await expect(nowhere).rejects.toThrow(/cannot be reached/);
  });
});

describe('an open database', () => {
  it('answers to ping and says what it is', async () => {
    const own = await createTestDatabase('migrated');
    const server = await Database.open({ url: own.url, poolSize: 1 }, '', migrationsFolder);
    await server.ping();
    expect(await server.serverDescription()).toMatch(/^PostgreSQL \d+\.\d+, pgvector \d+\.\d+\.\d+$/);
    await server.close();
    await expect(server.ping()).rejects.toThrow();
    await own.drop();
    const embedded = await openEmbedded();
    await embedded.database.ping();
    expect(await embedded.database.serverDescription()).toMatch(
      /^embedded PostgreSQL \d+\.\d+, pgvector \d+\.\d+\.\d+$/,
    );
    await embedded.close();
  });
});
