// A database for a test file: its own clone of a migrated one, on PostgreSQL or embedded.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Database } from '../../src/database/database.js';
import { SystemStore } from '../../src/database/system-store.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { oncePerRun } from './once-per-run.js';
import { createTestDatabase } from './postgres.js';
import { repositoryRoot } from './shared-data.js';

export const migrationsFolder = join(repositoryRoot, 'prisma/migrations');

export interface TestDatabase {
  readonly database: Database;
  readonly tenants: TenantStore;
  readonly system: SystemStore;
  /** Adds a tenant. */
  addTenant(id: string): Promise<void>;
  /** A connection past the service, with every right; it ends with the database. */
  connect(): Promise<pg.Client>;
  /** Closes it and removes its data. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  readonly poolSize?: number;
}

export async function openPostgres({ poolSize = 10 }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const own = await createTestDatabase('migrated');
  const database = await Database.open({ url: own.url, poolSize }, '', migrationsFolder);
  return wrap(database, () => own.drop());
}

export async function openEmbedded({ poolSize = 10 }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const dataDir = await embeddedDataFolder();
  const database = await Database.open({ poolSize }, dataDir, migrationsFolder);
  return wrap(database, () => rm(dataDir, { recursive: true, force: true }));
}

/** A new data folder with a migrated embedded database in it; the caller removes it. */
export async function embeddedDataFolder(): Promise<string> {
  const template = await oncePerRun('embedded-template', async (runFolder) => {
    const folder = join(runFolder, 'embedded-template');
    await (await Database.open({ poolSize: 1 }, folder, migrationsFolder)).close();
    return folder;
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'kindred-data-'));
  await cp(template, dataDir, { recursive: true });
  return dataDir;
}

/** For `describe.each`: what must hold on both. */
export const bothDatabases = [
  { name: 'PostgreSQL', open: openPostgres },
  { name: 'embedded', open: openEmbedded },
] as const;

function wrap(database: Database, remove: () => Promise<void>): TestDatabase {
  const system = new SystemStore(database);
  const clients: pg.Client[] = [];
  return {
    database,
    system,
    tenants: new TenantStore(database),
    async addTenant(id) {
      const at = new Date();
      await system.transaction(({ tenants }) =>
        tenants.insert({ id, settings: {}, version: 1, createdAt: at, updatedAt: at }),
      );
    },
    async connect() {
      const client = new pg.Client(database.connection);
      clients.push(client);
      await client.connect();
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.end()));
      await database.close();
      await remove();
    },
  };
}
