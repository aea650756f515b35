// The operator's token: from the configuration, else made once and kept in <data_dir>/admin-token.
import type { KindredConfig } from '../config/config.js';
import { randomSecret, sameHash, sha256 } from './api-key.js';
import { keptSecret } from '../config/kept-secret.js';

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
  static async open({ auth, dataDir }: OwnConfig): Promise<BootstrapToken> {
    if (auth.adminToken !== undefined) return new BootstrapToken(auth.adminToken, undefined);
    const { secret, file } = await keptSecret({
      dataDir,
      fileName: 'admin-token',
      what: 'admin token',
      pattern: /^kindred_admin_[0-9A-Za-z]{43}$/,
      make: () => `kindred_admin_${randomSecret()}`,
    });
    return new BootstrapToken(secret, file);
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

interface OwnConfig {
  readonly dataDir: string;
  readonly auth: Pick<KindredConfig['auth'], 'adminToken'>;
}
