// Encrypts blobs on their way into the store and opens them on their way out; plain ones, of before, stay readable.
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../domain/domain-error.js';
import { DamagedBlob, HEADER_BYTES, keyIdOf, originalLength, seal, unseal } from './blob-cipher.js';
import { EncryptionKeyError } from './master-keys.js';
import type { TenantKeys } from './tenant-keys.js';

/** The tenant's part of a blob's key. */
export const ownerOf = (blobKey: string): string => blobKey.slice(0, blobKey.indexOf('/'));

export class EncryptedBlobs {
  constructor(
    readonly keys: TenantKeys,
    /** Whether new blobs are encrypted. */
    readonly encrypts: boolean,
  ) {}

  /** An encrypted, synced copy in `folder`; nothing is left of it when this throws. */
  async sealedCopy(path: string, blobKey: string, folder: string): Promise<string> {
    const copy = join(folder, randomUUID());
    // First of all: no key is made for a file that has just been erased.
    const from = await open(path, 'r');
    try {
      const key = await this.keys.ensure(ownerOf(blobKey));
      const to = await open(copy, 'wx', 0o600);
      try {
        await seal(from, to, blobKey, key);
        await to.sync();
      } finally {
        await to.close();
      }
    } catch (error) {
      await rm(copy, { force: true });
      throw error;
    } finally {
      await from.close();
    }
    return copy;
  }

  async isSealed(path: string): Promise<boolean> {
    const file = await open(path, 'r');
    try {
      return (await headerKeyId(file)) !== undefined;
    } finally {
      await file.close();
    }
  }

  /**
   * The original of a kept file: its path when it lies there plainly, else its bytes.
   * @throws DomainError storage.unreadable
   */
  async read(path: string, blobKey: string): Promise<string | Uint8Array> {
    const file = await open(path, 'r');
    try {
      const keyId = await headerKeyId(file);
      if (keyId === undefined) return path;
      const bytes = Buffer.allocUnsafeSlow(originalLength((await file.stat()).size));
      let at = 0;
      for await (const chunk of unseal(file, blobKey, await this.keyFor(blobKey, keyId))) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      return bytes;
    } catch (error) {
      throw asDomainError(error);
    } finally {
      await file.close();
    }
  }

  /** The original, piece by piece, in constant memory. @throws DomainError storage.unreadable, also in the middle. */
  async *stream(path: string, blobKey: string): AsyncGenerator<Uint8Array> {
    const file = await open(path, 'r');
    try {
      const keyId = await headerKeyId(file);
      if (keyId !== undefined) yield* unseal(file, blobKey, await this.keyFor(blobKey, keyId));
      else yield* file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw asDomainError(error);
    } finally {
      await file.close();
    }
  }

  private async keyFor(blobKey: string, id: Buffer): Promise<Buffer> {
    const key = await this.keys.find(ownerOf(blobKey));
    if (key === undefined || !key.id.equals(id)) throw new DamagedBlob('its key is not here');
    return key.key;
  }
}

async function headerKeyId(file: FileHandle): Promise<Buffer | undefined> {
  const header = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
  return keyIdOf(header.subarray(0, bytesRead));
}

/** Retryable, because nothing is wrong with the request: an operator may put a file or a key back. */
function asDomainError(cause: unknown): unknown {
  if (!(cause instanceof DamagedBlob || cause instanceof EncryptionKeyError)) return cause;
  return new DomainError('storage.unreadable', 'The stored picture can not be opened.', {
    retryable: true,
    cause,
  });
}
