// From a bearer token to the principal behind it.
import { Injectable } from '@nestjs/common';
import { SystemStore } from '../database/system-store.js';
import { prefixOf, sameHash } from './api-key.js';
import { BootstrapToken } from './bootstrap-token.js';
import { KeyPepper } from './key-pepper.js';
import { KeyUsage } from './key-usage.js';
import type { Principal } from './principal.js';
import { isScope } from './scopes.js';

@Injectable()
export class Authenticator {
  constructor(
    private readonly bootstrap: BootstrapToken,
    private readonly system: SystemStore,
    private readonly usage: KeyUsage,
    private readonly pepper: KeyPepper,
  ) {}

  /** Undefined for an unknown, wrong, revoked or expired token: the caller learns no difference. */
  async findPrincipal(token: string, now: Date = new Date()): Promise<Principal | undefined> {
    if (this.bootstrap.matches(token)) return { kind: 'admin' };
    const prefix = prefixOf(token);
    if (prefix === undefined) return undefined;
    const key = await this.system.transaction(({ apiKeys }) => apiKeys.findByPrefix(prefix));
    if (key?.pepperId !== this.pepper.id || !sameHash(this.pepper.hashOf(token), key.secretHash))
      return undefined;
    if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) return undefined;
    this.usage.note(key.tenantId, key.id, now);
    return { kind: 'key', tenantId: key.tenantId, keyId: key.id, scopes: key.scopes.filter(isScope) };
  }
}
