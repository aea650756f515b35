// Encrypted originals: what lies on disk, who can open it, and what is left when the key is destroyed.
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.js';
import { imageBlobKey, tenantBlobPrefix } from '../../src/storage/blob-key.js';
import { BlobStore } from '../../src/storage/blob-store.js';
import { EncryptedBlobs } from '../../src/storage/encrypted-blobs.js';
import { EncryptionKeyError } from '../../src/storage/master-keys.js';
import { TenantKeys } from '../../src/storage/tenant-keys.js';
import { samplePhotos } from '../harness/shared-data.js';

const A = '01939f3e-7a50-7c1d-8a77-0c6a3d2e91b4';
const B = '01939f3e-7a50-7c1d-8a77-0c6a3d2e91c4';
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const masterKey = (): string => `kindred_master_${randomBytes(32).toString('base64url')}`;

const folders: string[] = [];
let root = '';
let store: BlobStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kindred-encryption-'));
  folders.push(root);
  store = await openStore();
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const masterFile = (): string => join(root, 'master-key');
const keysFolder = (): string => join(root, 'keys');
async function openStore(encrypts = true, blobs = 'blobs'): Promise<BlobStore> {
  const keys = await TenantKeys.open(keysFolder(), masterFile(), encrypts);
  return BlobStore.open(join(root, blobs), new EncryptedBlobs(keys, encrypts));
}
const keep = async (key: string, bytes: Uint8Array, into = store): Promise<void> =>
  into.commit(await into.stage(Readable.from([Buffer.from(bytes)]), 1e8), key);
const onDisk = (key: string, of = store): Promise<Buffer> => readFile(of.pathOf(key));
const openBlob = async (key: string, of = store): Promise<Buffer> => {
  const picture = await of.picture(of.pathOf(key));
  return typeof picture === 'string' ? readFile(picture) : Buffer.from(picture);
};
const streamed = async (key: string): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.stream(key)) pieces.push(piece);
  return Buffer.concat(pieces);
};
const refused = async (work: Promise<unknown>): Promise<void> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DomainError);
  expect((error as DomainError).code).toBe('storage.unreadable');
};

describe('an encrypted original', () => {
  it('comes back byte for byte, whatever its length, and nothing of it is on disk', async () => {
    const photo = await readFile(samplePhotos[0]!);
    const lengths = [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_003];
    for (const bytes of [photo, ...lengths.map((length) => randomBytes(length))]) {
      const key = imageBlobKey('acme', A);
      await keep(key, bytes);
      expect(bytes.equals(await openBlob(key))).toBe(true);
      expect(bytes.equals(await streamed(key))).toBe(true);
    }
    await keep(imageBlobKey('acme', A), photo);
    const sealed = await onDisk(imageBlobKey('acme', A));
    expect(sealed.indexOf(JPEG)).not.toBe(0);
    for (let at = 0; at + 64 <= photo.length; at += 4096)
      expect(sealed.includes(photo.subarray(at, at + 64))).toBe(false);
    expect(await readdir(join(root, 'blobs', 'staging'))).toEqual([]);
    // The same bytes again are other bytes on disk.
    await keep(imageBlobKey('acme', B), photo);
    expect((await onDisk(imageBlobKey('acme', B))).subarray(56, 120)).not.toEqual(sealed.subarray(56, 120));
  });

  it('does not open under another name, nor for another tenant', async () => {
    const keys = [imageBlobKey('acme', A), imageBlobKey('acme', B), imageBlobKey('other', A)];
    for (const key of keys) await keep(key, Buffer.from(`content of ${key}`));
    const files = await Promise.all(keys.map((key) => onDisk(key)));
    await writeFile(store.pathOf(keys[1]!), files[0]!);
    await writeFile(store.pathOf(keys[2]!), files[0]!);
    await refused(openBlob(keys[1]!));
    await refused(openBlob(keys[2]!));
    // Nor when the key comes along.
    const [mine, others] = ['acme', 'other'].map((t) =>
      join(keysFolder(), `${tenantBlobPrefix(t).slice(0, -1)}.key`),
    );
    await writeFile(others!, await readFile(mine!));
    await expect(openStore()).rejects.toThrow(EncryptionKeyError);
  });

  it('does not open when a byte was changed, added or left out, or chunks changed places', async () => {
    const key = imageBlobKey('acme', A);
    await keep(key, randomBytes(200_000));
    const whole = await onDisk(key);
    const chunk = 65_536 + 16;
    const flip = (at: number): Buffer => {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1;
      return bytes;
    };
    const swapped = Buffer.concat([
      whole.subarray(0, 56),
      whole.subarray(56 + chunk, 56 + 2 * chunk),
      whole.subarray(56, 56 + chunk),
      whole.subarray(56 + 2 * chunk),
    ]);
    const damaged = [
      ...[10, 30, 56, 56 + chunk - 1, whole.length - 1].map(flip),
      whole.subarray(0, whole.length - 1),
      whole.subarray(0, 56 + 2 * chunk),
      whole.subarray(0, 56),
      Buffer.concat([whole, Buffer.alloc(1)]),
      Buffer.concat([whole, whole.subarray(-chunk)]),
      swapped,
    ];
    for (const bytes of damaged) {
      await writeFile(store.pathOf(key), bytes);
      await refused(openBlob(key));
      await refused(streamed(key));
    }
    await writeFile(store.pathOf(key), whole);
    expect((await openBlob(key)).length).toBe(200_000);
  });

  it('can be read by nobody once the key is destroyed: not from an old copy, not under a new key', async () => {
    const key = imageBlobKey('acme', A);
    await keep(key, await readFile(samplePhotos[0]!));
    await keep(imageBlobKey('stays', A), Buffer.from('stays'));
    await cp(join(root, 'blobs'), join(root, 'backup'), { recursive: true });
    expect(await store.hasKey(tenantBlobPrefix('acme'))).toBe(true);
    expect(await store.destroyKey(tenantBlobPrefix('acme'))).toBe(true);
    expect([
      await store.hasKey(tenantBlobPrefix('acme')),
      await store.destroyKey(tenantBlobPrefix('acme')),
    ]).toEqual([false, false]);
    await refused(openBlob(key));
    const copy = await openStore(true, 'backup');
    await refused(openBlob(key, copy));
    // A tenant of the same name comes again, and gets another key.
    await keep(imageBlobKey('acme', B), Buffer.from('new'), copy);
    await refused(openBlob(key, copy));
    expect((await openBlob(imageBlobKey('stays', A), copy)).toString()).toBe('stays');
  });
});

describe('originals of before', () => {
  it('stay readable, are encrypted once, and stay readable when encryption is turned off again', async () => {
    const off = await openStore(false, 'blobs');
    const key = imageBlobKey('acme', A);
    await keep(key, Buffer.from('plain'), off);
    expect((await onDisk(key)).toString()).toBe('plain');
    expect((await openBlob(key)).toString()).toBe('plain');
    expect((await streamed(key)).toString()).toBe('plain');
    expect([await off.encrypt(key), await store.encrypt(key), await store.encrypt(key)]).toEqual([
      false,
      true,
      false,
    ]);
    expect((await onDisk(key)).includes('plain')).toBe(false);
    expect((await openBlob(key, await openStore(false))).toString()).toBe('plain');
    expect(await store.encrypt(imageBlobKey('acme', B))).toBe(false);
  });
});

describe('the master key', () => {
  it('is made when it is first needed, and never while nothing is encrypted', async () => {
    const fresh = join(root, 'fresh');
    await mkdir(fresh);
    await TenantKeys.open(join(fresh, 'keys'), join(fresh, 'master-key'), false);
    expect(await readdir(fresh)).toEqual([]);
    expect((await readFile(masterFile(), 'utf8')).trim()).toMatch(/^kindred_master_/);
  });

  it('is changed: keys are wrapped anew at the next start, and the old one can go', async () => {
    const key = imageBlobKey('acme', A);
    await keep(key, Buffer.from('before'));
    const old = (await readFile(masterFile(), 'utf8')).trim();
    const next = masterKey();
    await writeFile(masterFile(), `${next}\n${old}\n`);
    expect((await openBlob(key, await openStore())).toString()).toBe('before');
    await writeFile(masterFile(), `${next}\n`);
    expect((await openBlob(key, await openStore())).toString()).toBe('before');
    // What the old one had wrapped is gone from the folder.
    await writeFile(masterFile(), `${old}\n`);
    await expect(openStore()).rejects.toThrow(EncryptionKeyError);
  });

  it('is changed while tenants are erased: no destroyed key comes back', async () => {
    const owners = Array.from({ length: 60 }, (_, i) => `t-${i}`);
    const ring = await TenantKeys.open(keysFolder(), masterFile(), true);
    const made = await Promise.all(owners.map((owner) => ring.ensure(owner)));
    await writeFile(masterFile(), `${masterKey()}\n${await readFile(masterFile(), 'utf8')}`);
    const going = owners.filter((_, i) => i % 3 !== 0);
    // A process that starts, and one that erases, at many points of its way.
    const starting = [openStore(), openStore()];
    for (const owner of going) {
      expect(await ring.destroy(owner)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(starting);
    const left = (await readdir(keysFolder())).filter((name) => !name.startsWith('destroyed-'));
    const stay = owners.filter((owner) => !going.includes(owner));
    expect(left.sort()).toEqual(stay.map((owner) => `${owner}.key`).sort());
    const again = await TenantKeys.open(keysFolder(), masterFile(), true);
    for (const owner of stay) expect(await again.find(owner)).toEqual(made[owners.indexOf(owner)]);
  });

  it('is missed at the start, in words that hold no secret; none is made in its place', async () => {
    await keep(imageBlobKey('acme', A), Buffer.from('x'));
    const aside = `${masterFile()}.aside`;
    await rename(masterFile(), aside);
    for (const encrypts of [true, false])
      await expect(openStore(encrypts)).rejects.toThrow(
        /there is no master key in .*master-key: put the file back/,
      );
    const wrong = masterKey();
    await writeFile(masterFile(), wrong);
    const failed = await openStore().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EncryptionKeyError);
    expect(String(failed)).toMatch(/wrapped under the master key [0-9a-f]{16}, which .* does not hold/);
    expect(String(failed)).not.toContain(wrong);
    await writeFile(masterFile(), 'changeme');
    await expect(openStore()).rejects.toThrow(/holds no master keys/);
    await rename(aside, masterFile());
    expect((await openBlob(imageBlobKey('acme', A), await openStore())).toString()).toBe('x');
  });
});

describe('the keys of tenants', () => {
  it('a crash between key and first file, or in the making of a key, harms nothing', async () => {
    const owner = tenantBlobPrefix('acme').slice(0, -1);
    const keys = await TenantKeys.open(keysFolder(), masterFile(), true);
    const made = await keys.ensure(owner);
    await writeFile(join(keysFolder(), `${owner}.key.half-written`), '{');
    const restarted = await openStore();
    await keep(imageBlobKey('acme', A), Buffer.from('first'), restarted);
    expect((await onDisk(imageBlobKey('acme', A))).subarray(8, 24)).toEqual(made.id);
    expect((await openBlob(imageBlobKey('acme', A))).toString()).toBe('first');
  });

  it('go with every copy of them, also one that a process left in the middle of writing, and no other', async () => {
    const ring = await TenantKeys.open(keysFolder(), masterFile(), true);
    const others = ['t-a.key', 't-a.key.01939f3e-7a50-7c1d-8a77-0c6a3d2e91b4'];
    for (const owner of ['t-a', ...others]) await ring.ensure(owner);
    const copy = `t-a.key.${A}`;
    await cp(join(keysFolder(), 't-a.key'), join(keysFolder(), copy));
    expect(await readdir(keysFolder())).toContain(copy);
    expect(await ring.destroy('t-a')).toBe(true);
    const left = (await readdir(keysFolder())).filter((name) => !name.startsWith('destroyed-'));
    expect(left.sort()).toEqual(others.map((owner) => `${owner}.key`).sort());
    // The marks name nobody, and go after a day; what is half-written goes at the next start.
    const marks = (await readdir(keysFolder())).filter((name) => name.startsWith('destroyed-'));
    expect(marks).toEqual([expect.stringMatching(/^destroyed-[0-9a-f]+$/)]);
    await writeFile(join(keysFolder(), copy), '{');
    const old = new Date(Date.now() - 25 * 60 * 60 * 1000);
    for (const name of [...marks, copy]) await utimes(join(keysFolder(), name), old, old);
    await TenantKeys.open(keysFolder(), masterFile(), true);
    expect((await readdir(keysFolder())).sort()).toEqual(others.map((owner) => `${owner}.key`).sort());
  });

  it('processes that start together agree on one', async () => {
    const rings = await Promise.all(
      Array.from({ length: 8 }, () => TenantKeys.open(keysFolder(), masterFile(), true)),
    );
    const made = await Promise.all(rings.map((ring) => ring.ensure('t-new')));
    expect(new Set(made.map(({ id }) => id.toString('hex'))).size).toBe(1);
    expect(await readdir(dirname(join(keysFolder(), 'x')))).toEqual(['t-new.key']);
  });
});
