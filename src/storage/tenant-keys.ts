// The key of each tenant's originals: random, wrapped under the master key, one file a tenant in a folder of its own. When the file
// is destroyed nobody reads the originals again, wherever copies of them lie.
//
// [Note: A destroyed key stays destroyed]
// A process that starts may be wrapping a key anew, by writing a file beside it and renaming, while another destroys it: the rename
// would bring it back. So whoever destroys first leaves a mark under the key's id (random: it names nobody), and whoever renames
// looks for the mark afterwards. Marks stay for a day.
//
// [Note: Where the keys of tenants lie]
// Not in the database and not among the originals, because backups hold both: a key that is in the backup is not destroyed by
// deleting it here. The folder of keys needs a backup of its own kind, one that forgets.
import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlobKeyMaterial, KEY_ID_BYTES } from './blob-cipher.js';
import { ignoreMissing, makeFolder, syncFolder } from './durable-folder.js';
import { EncryptionKeyError, MasterKeys, type WrappedKey } from './master-keys.js';

const SUFFIX = '.key';
/** A key's file that is being written: another tenant may be called nearly so. */
const UNFINISHED = /^(.*\.key)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MARK = 'destroyed-';
/** Longer than any start takes, ms. */
const MARK_KEPT_MS = 24 * 60 * 60 * 1000;
/** A key that is being written is older than this only when its process has died, ms. */
const WRITING_MAX_MS = 15 * 60 * 1000;
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
    await keys.sweep(names);
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
    // One that can not be read can not be wrapped anew either.
    const file = await this.read(owner).catch(() => undefined);
    if (file !== undefined) {
      await writeFile(this.markOf(file), '', { mode: 0o600 });
      await syncFolder(this.folder);
    }
    const destroyed = (await ignoreMissing(unlink(path).then(() => true))) ?? false;
    // What is being written, or was left by a process that died, is the same key.
    const names = (await ignoreMissing(readdir(this.folder))) ?? [];
    const copies = names.filter((name) => UNFINISHED.exec(name)?.[1] === `${owner}${SUFFIX}`);
    for (const name of copies) await rm(join(this.folder, name), { force: true });
    if (destroyed || copies.length > 0) await syncFolder(dirname(path));
    // Whoever saw the mark may have been quicker with the rest.
    return destroyed || file !== undefined;
  }

  /** Files of processes that died, and marks of long ago. */
  private async sweep(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const keptMs = name.startsWith(MARK) ? MARK_KEPT_MS : UNFINISHED.test(name) ? WRITING_MAX_MS : Infinity;
      const path = join(this.folder, name);
      const found = await ignoreMissing(stat(path));
      if (found !== undefined && Date.now() - found.mtimeMs > keptMs) await rm(path, { force: true });
    }
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
    if (!this.masters!.isCurrent(file)) {
      // Gone: it was destroyed meanwhile, with what was written here.
      await ignoreMissing(rename(await this.write(owner, key), this.pathOf(owner)));
      await syncFolder(this.folder);
    }
    // As in [Note: A destroyed key stays destroyed].
    if ((await ignoreMissing(stat(this.markOf(file)))) !== undefined) await this.destroy(owner);
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
        [file.id, file.master, file.wrapped].every((part) => typeof part === 'string') &&
        /^[0-9a-f]+$/.test(file.id!)
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

  private markOf({ id }: KeyFile): string {
    return join(this.folder, `${MARK}${id}`);
  }

  /** @param owner Safe as a file's name: see blob-key.ts. */
  private pathOf(owner: string): string {
    return join(this.folder, `${owner}${SUFFIX}`);
  }
}

const aboutOf = (owner: string, id: Buffer): string => `kindred tenant key 1 ${owner} ${id.toString('hex')}`;
