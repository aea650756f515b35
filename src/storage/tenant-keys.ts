// The key of each tenant's originals: random, wrapped under the master key, one file a tenant in a folder of its own. When the file
// is destroyed nobody reads the originals again, wherever copies of them lie.
//
// [Note: Where the keys of tenants lie]
// Not in the database and not among the originals, because backups hold both: a key that is in the backup is not destroyed by
// deleting it here. The folder of keys needs a backup of its own kind, one that forgets.
import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlobKeyMaterial, KEY_ID_BYTES } from './blob-cipher.js';
import { ignoreMissing, makeFolder, syncFolder } from './durable-folder.js';
import { EncryptionKeyError, MasterKeys, type WrappedKey } from './master-keys.js';

const SUFFIX = '.key';
/** Opened keys that are remembered, count, and for how long, ms: after a tenant's end they are gone from other processes too. */
const REMEMBERED_MAX = 1000;
const REMEMBERED_MS = 60_000;

interface KeyFile extends WrappedKey {
  readonly version: 1;
  /** Hex. */
  readonly id: string;
}

export class TenantKeys {
  private readonly opened = new Map<string, { readonly key: BlobKeyMaterial; readonly until: number }>();

  private constructor(
    private readonly folder: string,
    /** Undefined: nothing was ever encrypted, and nothing is to be. */
    private readonly masters: MasterKeys | undefined,
  ) {}

  /**
   * Opens the folder, checks that every key in it opens, and wraps those anew that an older master key wraps.
   * @param encrypts Whether keys are to be made. @throws EncryptionKeyError
   */
  static async open(folder: string, masterKeyFile: string, encrypts: boolean): Promise<TenantKeys> {
    const names = (await ignoreMissing(readdir(folder))) ?? [];
    const owners = names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
    if (!encrypts && owners.length === 0) return new TenantKeys(folder, undefined);
    const keys = new TenantKeys(folder, await MasterKeys.open(masterKeyFile, owners.length === 0));
    for (const owner of owners) await keys.keepCurrent(owner);
    return keys;
  }

  /** The tenant's key, made when there is none. @param owner First name of the tenant's blob keys. */
  async ensure(owner: string): Promise<BlobKeyMaterial> {
    return (await this.find(owner)) ?? (await this.make(owner));
  }

  /** @throws EncryptionKeyError when it is there and does not open. */
  async find(owner: string): Promise<BlobKeyMaterial | undefined> {
    const known = this.opened.get(owner);
    if (known !== undefined && known.until > Date.now()) return known.key;
    const file = await this.read(owner);
    return file && this.remember(owner, this.unwrap(owner, file));
  }

  /** Also when it does not open. */
  async exists(owner: string): Promise<boolean> {
    return (await ignoreMissing(stat(this.pathOf(owner)))) !== undefined;
  }

  /** From now on nobody reads what it has encrypted. Durable when this returns. @returns Whether there was one. */
  async destroy(owner: string): Promise<boolean> {
    this.opened.delete(owner);
    const path = this.pathOf(owner);
    const destroyed = (await ignoreMissing(unlink(path).then(() => true))) ?? false;
    if (destroyed) await syncFolder(dirname(path));
    return destroyed;
  }

  private async make(owner: string): Promise<BlobKeyMaterial> {
    await makeFolder(this.folder);
    const key = { id: randomBytes(KEY_ID_BYTES), key: randomBytes(32) };
    // Durable before anything is encrypted with it. The first process wins.
    const own = await this.write(owner, key);
    try {
      await link(own, this.pathOf(owner));
      await syncFolder(this.folder);
      return this.remember(owner, key);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return await this.ensure(owner);
    } finally {
      await rm(own, { force: true });
    }
  }

  /** Wraps the key under the current master key. */
  private async keepCurrent(owner: string): Promise<void> {
    const file = await this.read(owner);
    if (file === undefined) return;
    const key = this.unwrap(owner, file);
    if (this.masters!.isCurrent(file)) return;
    await rename(await this.write(owner, key), this.pathOf(owner));
    await syncFolder(this.folder);
  }

  /** @returns Path of a synced file under another name. */
  private async write(owner: string, { id, key }: BlobKeyMaterial): Promise<string> {
    if (this.masters === undefined) throw new Error('encryption is off');
    const file: KeyFile = {
      version: 1,
      id: id.toString('hex'),
      ...this.masters.wrap(key, aboutOf(owner, id)),
    };
    const path = `${this.pathOf(owner)}.${randomUUID()}`;
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(file)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return path;
  }

  private async read(owner: string): Promise<KeyFile | undefined> {
    const text = await ignoreMissing(readFile(this.pathOf(owner), 'utf8'));
    if (text === undefined) return undefined;
    try {
      const file = JSON.parse(text) as Partial<KeyFile>;
      if (
        file.version === 1 &&
        [file.id, file.master, file.wrapped].every((part) => typeof part === 'string')
      )
        return file as KeyFile;
    } catch {
      // Told below.
    }
    throw new EncryptionKeyError(
      `${this.pathOf(owner)} holds no key of a tenant: put it back from your backup of keys.`,
    );
  }

  private unwrap(owner: string, file: KeyFile): BlobKeyMaterial {
    if (this.masters === undefined) throw new EncryptionKeyError('there is no master key');
    const id = Buffer.from(file.id, 'hex');
    return { id, key: this.masters.unwrap(file, aboutOf(owner, id)) };
  }

  private remember(owner: string, key: BlobKeyMaterial): BlobKeyMaterial {
    if (this.opened.size >= REMEMBERED_MAX) this.opened.clear();
    this.opened.set(owner, { key, until: Date.now() + REMEMBERED_MS });
    return key;
  }

  /** @param owner Safe as a file's name: see blob-key.ts. */
  private pathOf(owner: string): string {
    return join(this.folder, `${owner}${SUFFIX}`);
  }
}

const aboutOf = (owner: string, id: Buffer): string => `kindred tenant key 1 ${owner} ${id.toString('hex')}`;
