// Starts and ends the PostgreSQL server of a test run. Imports nothing of vitest: the global set-up uses it too.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { repositoryRoot } from './shared-data.js';

const run = promisify(execFile);

const script = join(repositoryRoot, 'test/harness/pg17.sh');
/** Kept between runs; where the server's unprivileged user can reach it. */
const programs = join(tmpdir(), `kindred-pg17-${process.getuid?.() ?? 0}`);

/** Beside the run's folder: that one is closed to the server's user. */
const dataFolder = (runFolder: string): string => `${runFolder}-postgres`;

/** @returns Address of the server's maintenance database. */
export async function startServer(runFolder: string): Promise<string> {
  await mkdir(dataFolder(runFolder), { recursive: true });
  const { stdout } = await run(script, ['start', programs, dataFolder(runFolder)]).catch((error: unknown) => {
    throw new Error(`no PostgreSQL for the tests: ${(error as { stderr?: string }).stderr ?? String(error)}`);
  });
  return stdout.trim().split('\n').at(-1)!;
}

/** A server that was there before the run; its user is a superuser. */
export const namedServer = process.env['KINDRED_TEST_DATABASE_URL'] ?? process.env['DATABASE_URL_TEST'];

/** Where `oncePerRun` keeps the name of the run's template database. */
const templateFile = (runFolder: string): string => join(runFolder, 'postgres-template.json');

/** Removes what this run left on a server that stays. */
export async function dropTemplate(runFolder: string): Promise<void> {
  if (namedServer === undefined || !existsSync(templateFile(runFolder))) return;
  const { value } = JSON.parse(await readFile(templateFile(runFolder), 'utf8')) as { value?: string };
  if (value === undefined) return;
  const client = new pg.Client({ connectionString: namedServer });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${value}`).finally(() => client.end());
}

/** Ends the server of this run, if it was started, and removes its data. */
export async function endServer(runFolder: string): Promise<void> {
  const data = dataFolder(runFolder);
  if (existsSync(join(data, 'postmaster.pid'))) await run(script, ['stop', programs, data]);
  await rm(data, { recursive: true, force: true });
}
