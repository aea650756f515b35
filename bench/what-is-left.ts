// What an erasure has left, counted past the service, and its receipt, judged by the command line.
import { execFile } from 'node:child_process';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { repositoryRoot } from './repository.js';

const run = promisify(execFile);

interface Receipted {
  readonly receipt: object | null;
  readonly salt: string;
}

export const filesUnder = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).length;
};

const MAGIC = 'KINDRED\x01';

/** Files under a folder that are not encrypted. */
export async function plainFilesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let plain = 0;
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = await open(join(entry.parentPath, entry.name), 'r');
    const { buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    await file.close();
    if (buffer.toString('latin1') !== MAGIC) plain++;
  }
  return plain;
}

/** Rows of each tenant by table, and its vector indexes. */
export async function countsOf(client: pg.Client, tenant: string): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string }>(`
    SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND a.attname = 'tenant_id' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`);
  const counts: Record<string, number> = {};
  for (const { name } of rows) {
    const answer = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${name} WHERE tenant_id = $1`,
      [tenant],
    );
    counts[name] = answer.rows[0]!.count;
  }
  const indexes = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_indexes WHERE indexdef LIKE '%hnsw%' AND indexdef LIKE $1`,
    [`%'${tenant}'%`],
  );
  return { ...counts, vector_indexes: indexes.rows[0]!.count };
}

/** @throws Error when `kindred receipt verify` refuses the receipt. @param folder For its files. */
export async function verifyReceipt(
  tenant: string,
  folder: string,
  { receipt, salt }: Receipted,
  keys: object,
): Promise<void> {
  const files = { receipt: join(folder, 'receipt.json'), keys: join(folder, 'keys.json') };
  await writeFile(files.receipt, JSON.stringify(receipt));
  await writeFile(files.keys, JSON.stringify(keys));
  const command = [
    'dist/cli/main.js',
    'receipt',
    'verify',
    files.receipt,
    '--key',
    files.keys,
    '--tenant',
    tenant,
  ];
  const { stdout } = await run(process.execPath, [...command, '--salt', salt], { cwd: repositoryRoot });
  console.log(`kindred receipt verify: ${stdout.trim().split('\n')[0]}`);
}
