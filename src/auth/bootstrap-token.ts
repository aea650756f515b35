// The operator's token: from the configuration, else made once and kept in <data_dir>/admin-token.
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KindredConfig } from '../config/config.js';
import { randomSecret, sameHash, sha256 } from './api-key.js';

const FILE_NAME = 'admin-token';
const KEPT = /^kindred_admin_[0-9A-Za-z]{43}$/;

export class BootstrapToken {
  private readonly hash: string;

  private constructor(
    private readonly token: string,
    /** File that holds the token; undefined when it was configured. */
    readonly file: string | undefined,
  ) {
    this.hash = sha256(token);
  }

  /** Throws when the kept file holds no token. Two processes that start together agree on one. */
  static async open(config: Pick<KindredConfig, 'auth' | 'dataDir'>): Promise<BootstrapToken> {
    if (config.auth.adminToken !== undefined) return new BootstrapToken(config.auth.adminToken, undefined);
    const file = join(config.dataDir, FILE_NAME);
    const token = (await readKept(file)) ?? (await makeAndKeep(config.dataDir, file));
    return new BootstrapToken(token, file);
  }

  /** The secret itself, to be shown to the operator at start. */
  reveal(): string {
    return this.token;
  }

  /** Compares in constant time. */
  matches(token: string): boolean {
    return sameHash(sha256(token), this.hash);
  }

  /** A log line with this object in it holds no secret. */
  toJSON(): string {
    return '[secret]';
  }
}

async function readKept(file: string): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (!KEPT.test(text)) throw new Error(`${file} holds no admin token: delete it, and a new one is made`);
  await chmod(file, 0o600);
  return text;
}

async function makeAndKeep(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const token = `kindred_admin_${randomSecret()}`;
  // Written whole under another name, then linked: nobody ever reads half a token, and the first process wins.
  const own = `${file}.${randomUUID()}`;
  const handle = await open(own, 'wx', 0o600);
  try {
    await handle.writeFile(`${token}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(own, file);
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readKept(file)) ?? makeAndKeep(dataDir, file);
  } finally {
    await rm(own, { force: true });
  }
}
