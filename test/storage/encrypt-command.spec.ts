// `kindred storage encrypt`: originals of before encryption was turned on, whatever happens in the middle.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, type ImageJson } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { samplePhotos } from '../harness/shared-data.js';
import { type CommandEnd, kindred } from '../transfer/commands.js';

const MAGIC = Buffer.from('KINDRED\x01', 'latin1');
/** Behind the end of each picture: encrypting takes long enough to be killed in. Bytes. */
const PADDING = 12 * 1024 * 1024;
/** More in a longer run. */
const KILLS = Number(process.env['KINDRED_TEST_KILLS'] ?? 1);
const ON = { KINDRED_STORAGE_ENCRYPTION: 'per_tenant', KINDRED_ROLES: 'api' };

describe('kindred storage encrypt', () => {
  let dataDir: string;
  let kept: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'kindred-encrypt-'));
    kept = join(dataDir, 'blobs/kept');
    await during({}, async (api) => {
      for (const id of ['acme', 'beta']) expect((await api.post('/v1/tenants', { id })).status).toBe(201);
      for (const photo of samplePhotos) {
        const bytes = Buffer.concat([await readFile(photo), Buffer.alloc(PADDING)]);
        expect((await api.sendImage('acme', bytes)).status).toBe(201);
      }
      expect((await api.sendImage('beta', samplePhotos[0]!)).status).toBe(201);
    });
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  /** Without the worker's role nothing is encrypted but by the command. */
  async function during<T>(env: Record<string, string>, work: (api: Api) => Promise<T>): Promise<T> {
    const process = await KindredProcess.start({ dataDir, env });
    try {
      return await work(new Api(process.url, ADMIN_TOKEN));
    } finally {
      await process.stop();
    }
  }
  const encrypt = (api: Api, ...words: string[]): Promise<CommandEnd> =>
    kindred(api, 'storage', 'encrypt', ...words);

  async function sealed(): Promise<number> {
    let count = 0;
    for (const entry of await readdir(kept, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      if (bytes.subarray(0, MAGIC.length).equals(MAGIC)) count++;
    }
    return count;
  }

  async function expectAllReadable(api: Api): Promise<void> {
    for (const tenant of ['acme', 'beta'])
      for (const { id, sha256 } of await api.all<ImageJson>(`/v1/tenants/${tenant}/images`)) {
        const answer = await fetch(`${api.url}/v1/tenants/${tenant}/images/${id}/original`, {
          headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        });
        const bytes = Buffer.from(await answer.arrayBuffer());
        expect([answer.status, createHash('sha256').update(bytes).digest('hex')]).toEqual([200, sha256]);
      }
  }

  it('counts and changes nothing where encryption is off', async () => {
    await during({}, async (api) => {
      const dry = await encrypt(api, 'acme', '--dry-run');
      expect([dry.code, dry.json]).toEqual([
        0,
        { tenant: 'acme', dry_run: true, encrypted: 6, encrypted_before: 0, missing: 0 },
      ]);
      const refused = await encrypt(api, 'acme');
      expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('storage.encryption_off')]);
      expect((await encrypt(api, 'nobody', '--dry-run')).code).toBe(3);
    });
    expect(await sealed()).toBe(0);
  });

  it('killed in the middle leaves every file readable, and goes on where it was', async () => {
    let reached = 0;
    for (let round = 0; round < KILLS && reached < 6; round++) {
      const process = await KindredProcess.start({ dataDir, env: ON });
      const command = encrypt(new Api(process.url, ADMIN_TOKEN), 'acme');
      // The next file is done, and the one behind it under way.
      for (let i = 0; i < 2000 && (await sealed()) <= reached; i++) await sleep(5);
      await process.crash();
      expect((await command).code).toBe(1);
      reached = await sealed();
      expect(reached).toBeGreaterThan(round);
      // Encryption off again: what is encrypted already opens all the same.
      await during({}, expectAllReadable);
    }
  });

  it('ends with every file of every tenant, once', async () => {
    await during(ON, async (api) => {
      const before = await sealed();
      const dry = await encrypt(api, '--dry-run');
      const told = (run: CommandEnd) =>
        run.out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { tenant: string; encrypted: number; encrypted_before: number });
      expect(told(dry).map(({ tenant }) => tenant)).toEqual(['acme', 'beta']);
      const run = await encrypt(api);
      expect(run.code, run.err).toBe(0);
      expect(told(run).map(({ encrypted, encrypted_before }) => [encrypted, encrypted_before])).toEqual([
        [6 - before, before],
        [1, 0],
      ]);
      expect(await sealed()).toBe(7);
      const again = await encrypt(api);
      expect(told(again).map(({ encrypted, encrypted_before }) => [encrypted, encrypted_before])).toEqual([
        [0, 6],
        [0, 1],
      ]);
      await expectAllReadable(api);
      // Neither a dry run nor one that finds nothing to do.
      const { json } = await api.get<{ items: { action: string }[] }>('/v1/tenants/beta/audit');
      expect(json.items.filter(({ action }) => action === 'originals.encrypted')).toMatchObject([
        { actor: 'admin', details: { images: 1 } },
      ]);
    });
  });

  it('works on one tenant a request, for a bounded time, and only for its admins', async () => {
    await during(ON, async (api) => {
      const path = '/v1/tenants/acme/originals/encrypt';
      expect((await api.post(path, { cursor: 'x' })).status).toBe(400);
      const minted = await api.post<{ key: string }>('/v1/tenants/beta/api-keys', {
        name: 'x',
        scopes: ['admin', 'read'],
      });
      const beta = api.as(minted.json.key);
      expect((await beta.post(path, {})).status).toBe(404);
      expect((await beta.post('/v1/tenants/beta/originals/encrypt', {})).json).toMatchObject({
        encrypted: 0,
        encrypted_before: 1,
        next_cursor: null,
      });
    });
  });
});
