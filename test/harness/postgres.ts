// The PostgreSQL server of a test run: the one that KINDRED_TEST_DATABASE_URL names (as a superuser), or a private one that
// starts at the first need and ends with the run.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { Database } from '../../src/database/database.js';
import { oncePerRun } from './once-per-run.js';
import { namedServer, startServer } from './postgres-server.js';
import { repositoryRoot } from './shared-data.js';

/** Address of the server's maintenance database. */
export async function testServerUrl(): Promise<string> {
  return namedServer ?? oncePerRun('postgres-server', startServer);
}

/** A database of one's own. */
export interface OwnDatabase {
  readonly url: string;
  readonly name: string;
  /** Ends its connections and deletes it. */
  drop(): Promise<void>;
}

/** @param kind migrated: as Kindred's migrations leave it. empty: as PostgreSQL makes it. */
export async function createTestDatabase(kind: 'migrated' | 'empty'): Promise<OwnDatabase> {
  const server = await testServerUrl();
  const template = kind === 'migrated' ? await migratedTemplate() : 'template1';
  const name = `kindred_${randomBytes(6).toString('hex')}`;
  await administrate(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return { name, url: urlOf(server, name), drop: () => dropDatabase(name) };
}

async function migratedTemplate(): Promise<string> {
  return oncePerRun('postgres-template', async () => {
    const server = await testServerUrl();
    const name = `kindred_template_${randomBytes(6).toString('hex')}`;
    await administrate(server, `CREATE DATABASE ${name}`);
    const database = await Database.open(
      { url: urlOf(server, name), poolSize: 1 },
      '',
      join(repositoryRoot, 'prisma/migrations'),
    );
    await database.close();
    return name;
  });
}

async function dropDatabase(name: string): Promise<void> {
  await administrate(await testServerUrl(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

function urlOf(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function administrate(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
