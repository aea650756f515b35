// The pepper: a secret outside the database under which API keys are hashed. Whoever can write rows, but does not know it,
// makes no key.
//
// [Note: One pepper over all processes]
// Processes over one database must hash alike. Those that share a data folder share the file; those that share a configured
// admin token make the same file from it, each in its own folder, and keep it when the token changes later.
import { createHmac, hkdfSync } from 'node:crypto';
import type { KindredConfig } from '../config/config.js';
import { base62, randomSecret, sha256 } from './api-key.js';
import { keptSecret } from '../config/kept-secret.js';

/** Hex digits of an id: enough to tell peppers apart, too few to help anybody. */
const ID_LENGTH = 16;
const PSEUDONYM_LENGTH = 32;

export class KeyPepper {
  /** Says which pepper made a hash, and nothing about the pepper. */
  readonly id: string;

  private constructor(private readonly secret: string) {
    this.id = this.hmac('id').slice(0, ID_LENGTH);
  }

  /** Throws when the kept file holds no pepper. */
  static async open({ auth, dataDir }: OwnConfig): Promise<KeyPepper> {
    if (auth.keyPepper !== undefined) return new KeyPepper(auth.keyPepper);
    const { adminToken } = auth;
    const { secret } = await keptSecret({
      dataDir,
      fileName: 'key-pepper',
      what: 'key pepper',
      pattern: /^kindred_pepper_[0-9A-Za-z]{43}$/,
      make: () => `kindred_pepper_${adminToken === undefined ? randomSecret() : derivedFrom(adminToken)}`,
    });
    return new KeyPepper(secret);
  }

  /** What is kept of a key: 64 lower-case hex characters. */
  hashOf(key: string): string {
    return this.seal(sha256(key));
  }

  /** The same, from the key's SHA-256, which is all that earlier versions kept. */
  seal(keySha256: string): string {
    return this.hmac(`key\n${keySha256}`);
  }

  /** The name of a tenant in the audit log: from it nobody without the pepper finds the tenant. 32 hex characters. */
  pseudonymOf(tenantId: string): string {
    return this.hmac(`audit\n${tenantId}`).slice(0, PSEUDONYM_LENGTH);
  }

  /** A log line with this object in it holds no secret. */
  toJSON(): string {
    return '[secret]';
  }

  private hmac(text: string): string {
    return createHmac('sha256', this.secret).update(text, 'utf8').digest('hex');
  }
}

interface OwnConfig {
  readonly dataDir: string;
  readonly auth: Pick<KindredConfig['auth'], 'adminToken' | 'keyPepper'>;
}

const derivedFrom = (adminToken: string): string =>
  base62(Buffer.from(hkdfSync('sha256', adminToken, '', 'kindred key pepper', 32)));
