// Keeps the bytes of images on a local folder: an upload is staged, then either kept under its key or discarded.
//
// [Note: What a crash leaves]
// `<root>/kept` only ever holds whole files, because a file gets there by a rename after its bytes were synced, and the
// folder is synced after the rename. Whatever a crash leaves lies in `<root>/staging`, where sweepStaging finds it.
// Callers name blobs by key: an object store can take this class's place, but for pathOf, which gives a local file.
import { randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, open, opendir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { assertBlobKey, assertBlobPrefix } from './blob-key.js';
import { ignoreMissing, makeFolder, syncFile, syncFolder } from './durable-folder.js';
import { type EncryptedBlobs, ownerOf } from './encrypted-blobs.js';
import { writeUpload, type WrittenUpload } from './write-upload.js';

/** An upload on disk that is not yet kept. */
export interface StagedBlob extends WrittenUpload {
  readonly path: string;
}

export interface BlobEntry {
  readonly key: string;
  readonly modifiedAt: Date;
}

/** A commit loses the race against an erasure of its tenant at most so many times in a row. */
const MOVE_ATTEMPTS_MAX = 20;

export class BlobStore {
  private readonly staging: string;
  private readonly kept: string;

  private constructor(
    root: string,
    private readonly crypto: EncryptedBlobs | undefined,
  ) {
    this.staging = join(root, 'staging');
    this.kept = join(root, 'kept');
  }

  /**
   * @param root Folder that this store owns; made (0700) when it is not there.
   * @param crypto What opens encrypted blobs, and encrypts new ones where that is wanted.
   */
  static async open(root: string, crypto?: EncryptedBlobs): Promise<BlobStore> {
    const store = new BlobStore(resolve(root), crypto);
    await makeFolder(store.staging);
    await makeFolder(store.kept);
    return store;
  }

  /**
   * Streams an upload to disk; memory stays bounded by the source's chunks.
   * @throws DomainError image.too_large over `limitBytes`; the source's own error otherwise. Nothing is left behind.
   */
  async stage(source: Readable, limitBytes: number): Promise<StagedBlob> {
    const path = join(this.staging, randomUUID());
    const file = await open(path, 'wx', 0o600);
    try {
      const written = await writeUpload(file, source, limitBytes);
      await file.close();
      return { path, ...written };
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
      throw error;
    }
  }

  /**
   * Keeps a staged upload under `key`, durably, replacing what was there. A blob that already lies there (its path is
   * the key's own, as in a retried job) stays. So does one that another attempt at the same image has just put there.
   */
  async commit(staged: StagedBlob, key: string): Promise<void> {
    const target = this.pathOf(key);
    if (resolve(staged.path) === target) return access(target, constants.R_OK);
    this.assertStaged(staged);
    try {
      await this.keep(staged.path, key, target);
    } catch (error) {
      // Another attempt at the same image was quicker by a moment: what it put there are these bytes.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await access(target, constants.R_OK).catch(() => {
        throw error;
      });
    }
  }

  private async keep(path: string, key: string, target: string): Promise<void> {
    if (this.encrypts) {
      await this.moveSealed(path, key, target);
      return rm(path, { force: true });
    }
    await syncFile(path);
    await this.moveInto(path, target);
    await syncFolder(dirname(target));
  }

  private async moveSealed(path: string, key: string, target: string): Promise<void> {
    const sealed = await this.crypto!.sealedCopy(path, key, this.staging);
    await this.moveInto(sealed, target);
    await syncFolder(dirname(target));
  }

  /** Whether new blobs are encrypted. */
  get encrypts(): boolean {
    return this.crypto?.encrypts === true;
  }

  /** How a blob lies there. */
  async stateOf(key: string): Promise<'plain' | 'encrypted' | 'missing'> {
    const path = this.pathOf(key);
    if (this.crypto === undefined) return (await this.exists(key)) ? 'plain' : 'missing';
    const sealed = await ignoreMissing(this.crypto.isSealed(path));
    return sealed === undefined ? 'missing' : sealed ? 'encrypted' : 'plain';
  }

  /**
   * Encrypts a blob that lies there plainly. The caller makes sure that it was not deleted meanwhile: it would be there again.
   * @returns False when it is encrypted already, gone, or encryption is off.
   */
  async encrypt(key: string): Promise<boolean> {
    const path = this.pathOf(key);
    if (!this.encrypts || (await this.stateOf(key)) !== 'plain') return false;
    await ignoreMissing(this.moveSealed(path, key, path));
    return true;
  }

  /**
   * What decoders read of an upload or a blob: a path, or the bytes of what is encrypted on disk.
   * @param path Of a staged upload, or pathOf a key. @throws DomainError storage.unreadable
   */
  async picture(path: string): Promise<string | Uint8Array> {
    if (!this.crypto || !this.isInside(this.kept, path)) return path;
    return this.crypto.read(path, relative(this.kept, resolve(path)));
  }

  /** The bytes of a blob, piece by piece. @throws DomainError storage.unreadable, also in the middle. */
  stream(key: string): AsyncIterable<Uint8Array> {
    const path = this.pathOf(key);
    return this.crypto ? this.crypto.stream(path, key) : createReadStream(path);
  }

  /** Whether the tenant's blobs have a key. @param prefix Of the tenant. */
  async hasKey(prefix: string): Promise<boolean> {
    return (await this.crypto?.keys.exists(ownerOf(prefix))) ?? false;
  }

  /** Destroys the key of a tenant's blobs: whatever copy of them there is, nobody reads it again. */
  async destroyKey(prefix: string): Promise<boolean> {
    return (await this.crypto?.keys.destroy(ownerOf(prefix))) ?? false;
  }

  /**
   * A folder can vanish between its making and the rename, when deletePrefix empties it: then it is made again. Node
   * calls a parent that vanishes while it makes a folder ENOTDIR.
   */
  private async moveInto(from: string, target: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await makeFolder(dirname(target));
        return await rename(from, target);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if ((code !== 'ENOENT' && code !== 'ENOTDIR') || attempt === MOVE_ATTEMPTS_MAX) throw error;
        await access(from);
      }
    }
  }

  /** Removes a staged upload; nothing happens when it was committed or removed before. Never touches a kept blob. */
  async discard(staged: StagedBlob): Promise<void> {
    if (this.isInside(this.kept, staged.path)) return;
    this.assertStaged(staged);
    await rm(staged.path, { force: true });
  }

  /** Where a blob lies, or would lie: perhaps encrypted, so read it by `picture` or `stream`. @throws RangeError when `key` is not one. */
  pathOf(key: string): string {
    assertBlobKey(key);
    return join(this.kept, key);
  }

  async exists(key: string): Promise<boolean> {
    const found = await ignoreMissing(stat(this.pathOf(key)));
    return found?.isFile() ?? false;
  }

  /** @returns Whether there was one. The removal is durable when this returns. */
  async delete(key: string): Promise<boolean> {
    const path = this.pathOf(key);
    if (!(await this.exists(key))) return false;
    const removed = (await ignoreMissing(unlink(path).then(() => true))) ?? false;
    if (removed) await syncFolder(dirname(path));
    return removed;
  }

  /**
   * Removes every blob under a folder, and the folder.
   * @param prefix '' or a chain of names that ends in '/'.
   * @returns Blobs removed, count.
   */
  async deletePrefix(prefix: string): Promise<number> {
    assertBlobPrefix(prefix);
    const top = join(this.kept, prefix);
    const removed = await this.removeTree(top);
    if (top !== join(this.kept, sep)) {
      await ignoreMissing(rmdir(top), 'ENOTEMPTY');
      await syncFolder(this.kept);
    }
    return removed;
  }

  private async removeTree(folder: string): Promise<number> {
    let removed = 0;
    for (const entry of await this.entries(folder)) {
      const path = join(folder, entry.name);
      if (entry.isFolder) {
        removed += await this.removeTree(path);
        // A commit may just have put a blob there: then the folder stays, and so does the blob.
        await ignoreMissing(rmdir(path), 'ENOTEMPTY');
      } else if ((await ignoreMissing(unlink(path).then(() => true))) === true) {
        removed++;
      }
    }
    await syncFolder(folder);
    return removed;
  }

  /** Blobs under a folder in order of key; what is added meanwhile may be missing. @param prefix As in deletePrefix. */
  async *list(prefix: string): AsyncIterable<BlobEntry> {
    assertBlobPrefix(prefix);
    for (const entry of await this.entries(join(this.kept, prefix))) {
      const key = `${prefix}${entry.name}`;
      if (entry.isFolder) {
        yield* this.list(`${key}/`);
      } else {
        const found = await ignoreMissing(stat(join(this.kept, key)));
        if (found) yield { key, modifiedAt: found.mtime };
      }
    }
  }

  /**
   * Removes staged uploads that nobody finished.
   * @param olderThanMs Longer than any upload may take. @param now Epoch ms.
   * @returns Files removed, count.
   */
  async sweepStaging(olderThanMs: number, now: number): Promise<number> {
    let removed = 0;
    for (const { name } of await this.entries(this.staging)) {
      const path = join(this.staging, name);
      const found = await ignoreMissing(stat(path));
      if (!found || found.mtimeMs > now - olderThanMs) continue;
      if ((await ignoreMissing(unlink(path).then(() => true))) === true) removed++;
    }
    return removed;
  }

  private async entries(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
    const found: { name: string; isFolder: boolean }[] = [];
    const opened = await ignoreMissing(opendir(folder));
    if (!opened) return found;
    for await (const entry of opened) found.push({ name: entry.name, isFolder: entry.isDirectory() });
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private isInside(folder: string, path: string): boolean {
    return resolve(path).startsWith(folder + sep);
  }

  private assertStaged(staged: StagedBlob): void {
    if (!this.isInside(this.staging, staged.path)) throw new RangeError('not a staged blob of this store');
  }
}
