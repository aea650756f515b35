// Master keys: what the keys of tenants are wrapped under. They lie in a file that is neither in the database nor among the
// originals: one a line, the first wraps, all of them open.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { keptSecret } from '../config/kept-secret.js';

const KEY = /^kindred_master_[A-Za-z0-9_-]{43}$/;
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;

/** The start stops: with it, nothing that is encrypted could be read. Its message is for the operator. */
export class EncryptionKeyError extends Error {
  override readonly name = 'EncryptionKeyError';
}

export interface WrappedKey {
  /** Of the master key. */
  readonly master: string;
  /** base64: nonce, wrapped key and tag. */
  readonly wrapped: string;
}

export class MasterKeys {
  private constructor(
    private readonly file: string,
    /** Id → key, the current one first. */
    private readonly keys: ReadonlyMap<string, Buffer>,
  ) {}

  /** @param mayMake Whether a first key is made when there is no file. @throws EncryptionKeyError */
  static async open(file: string, mayMake: boolean): Promise<MasterKeys> {
    const text = (await readIfThere(file)) ?? (mayMake ? await make(file) : undefined);
    if (text === undefined) {
      throw new EncryptionKeyError(
        `Originals are encrypted, and there is no master key in ${file}: put the file back from where you keep it (storage.master_key_file).`,
      );
    }
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0 || !lines.every((line) => KEY.test(line.trim()))) {
      throw new EncryptionKeyError(
        `${file} holds no master keys: expected lines of kindred_master_ and 43 characters.`,
      );
    }
    const keys = lines.map((line) => createHash('sha256').update(line.trim()).digest());
    return new MasterKeys(file, new Map(keys.map((key) => [idOf(key), key])));
  }

  /** @param about What the key is for: it opens for nothing else. */
  wrap(key: Buffer, about: string): WrappedKey {
    const [[master, masterKey]] = [...this.keys] as [[string, Buffer]];
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, masterKey, nonce);
    cipher.setAAD(Buffer.from(about));
    const wrapped = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
    return { master, wrapped: wrapped.toString('base64') };
  }

  isCurrent({ master }: WrappedKey): boolean {
    return [...this.keys.keys()][0] === master;
  }

  /** @throws EncryptionKeyError */
  unwrap({ master, wrapped }: WrappedKey, about: string): Buffer {
    const masterKey = this.keys.get(master);
    if (masterKey === undefined) {
      throw new EncryptionKeyError(
        `A key of a tenant is wrapped under the master key ${master}, which ${this.file} does not hold: add it as a further line.`,
      );
    }
    const bytes = Buffer.from(wrapped, 'base64');
    try {
      const decipher = createDecipheriv(ALGORITHM, masterKey, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -16)), decipher.final()]);
    } catch {
      throw new EncryptionKeyError(
        `A key of a tenant does not open: its file was changed or moved (${about}).`,
      );
    }
  }

  /** A log line with this object in it holds no secret. */
  toJSON(): string {
    return '[secret]';
  }
}

/** Says which master key it is, and nothing about it. */
const idOf = (key: Buffer): string =>
  createHash('sha256').update('kindred master key id\n').update(key).digest('hex').slice(0, 16);

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    await chmod(file, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function make(file: string): Promise<string> {
  const { secret } = await keptSecret({
    dataDir: dirname(file),
    fileName: basename(file),
    what: 'master key',
    pattern: KEY,
    make: () => `kindred_master_${randomBytes(32).toString('base64url')}`,
  });
  return secret;
}
