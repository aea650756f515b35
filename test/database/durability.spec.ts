// `kill -9` at any moment: what was acknowledged is there after the restart, and nothing is there by half.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { embeddedDataFolder, migrationsFolder } from '../harness/database.js';
import { createTestDatabase } from '../harness/postgres.js';
import { repositoryRoot } from '../harness/shared-data.js';

/** Transactions that are acknowledged before each kill: another moment each time. */
const KILLED_AFTER = [3, 10, 17];

const writer = join(repositoryRoot, 'test/database/image-writer.mjs');

interface Place {
  readonly url?: string;
  readonly dataDir: string;
}

/** Lets the writer run until it has acknowledged so many transactions, kills it, and answers all acknowledged ids. */
async function writeAndKill(place: Place, killedAfter: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, JSON.stringify({ ...place, migrationsFolder })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const ended = once(child, 'close');
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.split('\n').length > killedAfter) child.kill('SIGKILL');
  });
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  // What stands behind the last line break was cut.
  return output.split('\n').slice(0, -1);
}

async function check(place: Place): Promise<void> {
  const acknowledged: string[] = [];
  for (const count of KILLED_AFTER) acknowledged.push(...(await writeAndKill(place, count)));
  const database = await Database.open({ url: place.url, poolSize: 1 }, place.dataDir, migrationsFolder);
  try {
    await new TenantStore(database).forTenant('t').read(async ({ images, faces, tenant }) => {
      const found = await images.findMany(acknowledged);
      expect(found).toHaveLength(acknowledged.length);
      const { imageCount, faceCount } = await tenant.counts();
      expect(faceCount).toBe(2 * imageCount);
      expect(await faces.listByImages(acknowledged)).toHaveLength(2 * acknowledged.length);
    });
  } finally {
    await database.close();
  }
}

describe('a process that is killed', () => {
  it('loses nothing that the embedded database acknowledged', async () => {
    const dataDir = await embeddedDataFolder();
    await check({ dataDir });
    await rm(dataDir, { recursive: true });
  }, 180_000);

  it('loses nothing that PostgreSQL acknowledged', async () => {
    const own = await createTestDatabase('migrated');
    await check({ url: own.url, dataDir: '' });
    await own.drop();
  }, 180_000);
});
