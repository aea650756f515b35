// Bytes are kept whole or not at all, under names that cannot leave the store.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { imageBlobKey, tenantBlobPrefix } from '../../src/storage/blob-key.js';
import { BlobStore, type StagedBlob } from '../../src/storage/blob-store.js';
import { repositoryRoot } from '../harness/shared-data.js';

const folders: string[] = [];
let root = '';
let store: BlobStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kindred-storage-'));
  folders.push(root);
  store = await BlobStore.open(root);
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const IMAGE = '01939f3e-7a50-7c1d-8a77-0c6a3d2e91b4';
const stageText = (text: string): Promise<StagedBlob> => store.stage(Readable.from([Buffer.from(text)]), 1e6);
const keep = async (key: string, text = 'x'): Promise<void> => store.commit(await stageText(text), key);
const staged = (): Promise<string[]> => readdir(join(root, 'staging'));
const keys = async (prefix = ''): Promise<string[]> => {
  const found: string[] = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  return found;
};

describe('staging', () => {
  it('counts and hashes what is streamed, in any pieces', async () => {
    const bytes = randomBytes(3_000_001);
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 2_500_000), bytes.subarray(2_500_000)];
    const blob = await store.stage(Readable.from(pieces), bytes.length);
    expect(blob.byteLength).toBe(bytes.length);
    expect(blob.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(bytes.equals(await readFile(blob.path))).toBe(true);
  });

  it('takes the limit itself, and refuses one byte more without leaving a file', async () => {
    expect((await store.stage(Readable.from([Buffer.alloc(1000)]), 1000)).byteLength).toBe(1000);
    const before = await staged();
    const over = store.stage(Readable.from([Buffer.alloc(600), Buffer.alloc(401)]), 1000);
    await expect(over).rejects.toMatchObject({ code: 'image.too_large', extensions: { bytes_max: 1000 } });
    expect(await staged()).toEqual(before);
  });

  it('stops reading a source that goes on for ever', async () => {
    let given = 0;
    const endless = new Readable({
      read() {
        given += 65_536;
        this.push(Buffer.alloc(65_536));
      },
    });
    await expect(store.stage(endless, 1_000_000)).rejects.toMatchObject({ code: 'image.too_large' });
    expect(given).toBeLessThan(2_000_000);
    expect(endless.destroyed).toBe(true);
  });

  it('holds a bounded part of a large upload in memory', async () => {
    const before = process.resourceUsage().maxRSS;
    const piece = Buffer.alloc(65_536, 7);
    const upload = Readable.from(
      (function* () {
        for (let i = 0; i < 4096; i++) yield piece;
      })(),
    );
    expect((await store.stage(upload, 1e9)).byteLength).toBe(4096 * 65_536);
    // 256 MB went through; kB.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(64_000);
  });

  it('leaves no file when the source fails, and passes its error on', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('some');
        throw new Error('connection lost');
      })(),
    );
    await expect(store.stage(broken, 1000)).rejects.toThrow('connection lost');
    expect(await staged()).toEqual([]);
  });

  it('is for this user only', async () => {
    const blob = await stageText('secret');
    expect((await stat(blob.path)).mode & 0o777).toBe(0o600);
    const key = imageBlobKey('acme', IMAGE);
    await store.commit(blob, key);
    expect((await stat(store.pathOf(key))).mode & 0o777).toBe(0o600);
    for (let path = join(store.pathOf(key), '..'); path !== root; path = join(path, '..')) {
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    }
  });
});

describe('keeping', () => {
  it('moves the bytes to their key; discarding afterwards changes nothing', async () => {
    const blob = await stageText('hello');
    const key = imageBlobKey('acme', IMAGE);
    await store.commit(blob, key);
    await store.discard(blob);
    expect(await readFile(store.pathOf(key), 'utf8')).toBe('hello');
    expect(await staged()).toEqual([]);
    expect(await store.exists(key)).toBe(true);
  });

  it('of a blob that lies under its key already is a success, as a retried job needs', async () => {
    const key = imageBlobKey('acme', IMAGE);
    await keep(key, 'hello');
    const again = { path: store.pathOf(key), sha256: '', byteLength: 5 };
    await store.commit(again, key);
    await store.discard(again);
    expect(await readFile(store.pathOf(key), 'utf8')).toBe('hello');
    await store.delete(key);
    await expect(store.commit(again, key)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('of something that was never staged is refused', async () => {
    const foreign = join(root, 'foreign');
    await writeFile(foreign, 'x');
    const blob = { path: foreign, sha256: '', byteLength: 1 };
    await expect(store.commit(blob, imageBlobKey('acme', IMAGE))).rejects.toThrow(RangeError);
    await expect(store.discard(blob)).rejects.toThrow(RangeError);
    expect(await readFile(foreign, 'utf8')).toBe('x');
  });

  it('40 blobs at once, of one tenant and under one key, leaves each whole', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `${i}:`.repeat(5000));
    const ids = texts.map(() => randomUUID());
    await Promise.all(texts.map((text, i) => keep(imageBlobKey('acme', ids[i]!), text)));
    for (const [i, text] of texts.entries()) {
      expect(await readFile(store.pathOf(imageBlobKey('acme', ids[i]!)), 'utf8')).toBe(text);
    }
    const same = imageBlobKey('acme', IMAGE);
    await Promise.all(texts.map((text) => keep(same, text)));
    expect(texts).toContain(await readFile(store.pathOf(same), 'utf8'));
    expect(await staged()).toEqual([]);
  });

  it('goes on while the tenant is being erased, and loses nothing that was kept afterwards', async () => {
    const ids = Array.from({ length: 60 }, () => randomUUID());
    const erasing = (async () => {
      for (let i = 0; i < 20; i++) await store.deletePrefix(tenantBlobPrefix('acme'));
    })();
    await Promise.all([erasing, ...ids.map((id) => keep(imageBlobKey('acme', id)))]);
    await keep(imageBlobKey('acme', IMAGE));
    expect(await keys()).toContain(imageBlobKey('acme', IMAGE));
  });
});

describe('removing', () => {
  it('one blob tells whether it was there', async () => {
    const key = imageBlobKey('acme', IMAGE);
    await keep(key);
    expect(await store.delete(key)).toBe(true);
    expect(await store.delete(key)).toBe(false);
    expect(await store.exists(key)).toBe(false);
  });

  it('a tenant takes its blobs and nobody else’s', async () => {
    const tenants = ['a', 'A', 'a.', 'ab', '..', 'a_b', 'a-b'];
    for (const tenant of tenants) for (let i = 0; i < 3; i++) await keep(imageBlobKey(tenant, randomUUID()));
    expect(await store.deletePrefix(tenantBlobPrefix('a'))).toBe(3);
    expect(await keys(tenantBlobPrefix('a'))).toEqual([]);
    for (const tenant of tenants.slice(1)) expect(await keys(tenantBlobPrefix(tenant))).toHaveLength(3);
    expect(await store.deletePrefix(tenantBlobPrefix('a'))).toBe(0);
    expect(await store.deletePrefix('')).toBe(18);
    expect(await keys()).toEqual([]);
  });

  it('lists in order, with the time of keeping', async () => {
    const expected = Array.from({ length: 10 }, () => imageBlobKey('acme', randomUUID()));
    for (const key of expected) await keep(key);
    expect(await keys()).toEqual(expected.toSorted());
    for await (const { modifiedAt } of store.list('')) {
      expect(Math.abs(Date.now() - modifiedAt.getTime())).toBeLessThan(60_000);
    }
  });
});

describe('after a crash', () => {
  it('a process that is killed while it stages and keeps leaves only whole blobs and sweepable leftovers', async () => {
    const script = `
      import { imageBlobKey } from ${JSON.stringify(join(repositoryRoot, 'dist/storage/blob-key.js'))};
      import { BlobStore } from ${JSON.stringify(join(repositoryRoot, 'dist/storage/blob-store.js'))};
      import { randomUUID } from 'node:crypto';
      import { Readable } from 'node:stream';
      const store = await BlobStore.open(${JSON.stringify(root)});
      const pieces = function* () { for (let i = 0; i < 40; i++) yield Buffer.alloc(50_000, 65 + (i % 26)); };
      const work = async () => {
        for (;;) {
          const key = imageBlobKey('acme', randomUUID());
          await store.commit(await store.stage(Readable.from(pieces()), 1e9), key);
          process.stdout.write(key + '\\n');
        }
      };
      await Promise.all([work(), work(), work()]);`;
    const answered: string[] = [];
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.split('\n').length > 5 + round) child.kill('SIGKILL');
      });
      await new Promise((resolve) => child.once('close', resolve));
      // The last line may be cut; a line that is whole was answered.
      answered.push(...output.split('\n').slice(0, -1));
    }
    expect(answered.length).toBeGreaterThan(10);
    const kept = await keys();
    for (const key of answered) expect(kept).toContain(key);
    for (const key of kept) expect((await stat(store.pathOf(key))).size).toBe(2_000_000);
    // Whatever was under way lies in staging, and goes.
    const left = (await staged()).length;
    expect(await store.sweepStaging(0, Date.now() + 1000)).toBe(left);
    expect(await staged()).toEqual([]);
    expect(await keys()).toEqual(kept);
  });

  it('the sweep takes what is old and leaves what is under way', async () => {
    const old = await stageText('old');
    const young = await stageText('young');
    const now = Date.now();
    await utimes(old.path, new Date(now - 3_600_000), new Date(now - 3_600_000));
    expect(await store.sweepStaging(1_800_000, now)).toBe(1);
    expect(await staged()).toEqual([relative(join(root, 'staging'), young.path)]);
  });
});

describe('names', () => {
  /** Names that Windows gives to devices, with or without an extension. */
  const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
  const tenants = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'abzABZ019._-'), minLength: 1, maxLength: 64 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
    fc.constantFrom(
      '..',
      '.',
      '...',
      'CON',
      'con',
      'aux.txt',
      '-',
      '_',
      '../../etc',
      'a/b',
      'a\\b',
      'a\0b',
      '~',
      '%2e',
    ),
  );

  it('of any tenant stay inside the store and are plain lower-case names', () => {
    fc.assert(
      fc.property(tenants, fc.uuid(), (tenant, id) => {
        const key = imageBlobKey(tenant, id);
        expect(key.startsWith(tenantBlobPrefix(tenant))).toBe(true);
        const inside = relative(join(root, 'kept'), store.pathOf(key));
        expect(inside.split(sep)).toEqual(key.split('/'));
        for (const name of key.split('/')) {
          expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
          expect(name).not.toMatch(RESERVED);
          expect(name.length).toBeLessThanOrEqual(255);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('of two tenants differ, also where upper and lower case are one, and none contains the other', () => {
    fc.assert(
      fc.property(tenants, tenants, (a, b) => {
        fc.pre(a !== b);
        const [x, y] = [tenantBlobPrefix(a).toLowerCase(), tenantBlobPrefix(b).toLowerCase()];
        expect(x.startsWith(y)).toBe(false);
        expect(y.startsWith(x)).toBe(false);
      }),
      { numRuns: 5000 },
    );
    expect(tenantBlobPrefix('A').toLowerCase()).not.toBe(tenantBlobPrefix('a').toLowerCase());
  });

  it.each([
    '',
    '/',
    '..',
    '../x',
    'a/../../b',
    '/etc/passwd',
    'a//b',
    'a/',
    'A',
    'a\\b',
    'a\0',
    '.hidden',
    'ä',
  ])('that are not keys (%j) reach nothing', async (key) => {
    await mkdir(join(root, 'outside'), { recursive: true });
    expect(() => store.pathOf(key)).toThrow(RangeError);
    await expect(store.delete(key)).rejects.toThrow(RangeError);
    await expect(store.exists(key)).rejects.toThrow(RangeError);
    await expect(store.commit(await stageText('x'), key)).rejects.toThrow(RangeError);
  });

  it.each(['..', '../', 'a', '/', 'a/../', './'])(
    'that are not folders (%j) are not emptied',
    async (prefix) => {
      await expect(store.deletePrefix(prefix)).rejects.toThrow(RangeError);
      await expect(keys(prefix)).rejects.toThrow(RangeError);
    },
  );
});

describe('two attempts at one image', () => {
  it('both keep it, and lose nothing', async () => {
    const key = imageBlobKey('a', IMAGE);
    for (let i = 0; i < 20; i++) {
      const blob = await stageText(`photo ${i}`);
      await Promise.all([store.commit(blob, key), store.commit(blob, key)]);
      await store.commit(blob, key);
      expect(await readFile(store.pathOf(key), 'utf8')).toBe(`photo ${i}`);
    }
    expect(await staged()).toEqual([]);
  });

  it('a staged upload that is gone and was kept nowhere is a fault', async () => {
    const blob = await stageText('x');
    await rm(blob.path);
    await expect(store.commit(blob, imageBlobKey('a', IMAGE))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
