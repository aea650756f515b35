// Whether a principal may touch a tenant, and whether it may do there what it asks for.
import { Injectable } from '@nestjs/common';
import { SystemStore } from '../database/system-store.js';
import { DomainError } from '../domain/domain-error.js';
import type { Principal } from './principal.js';
import type { Scope } from './scopes.js';

@Injectable()
export class TenantAccess {
  constructor(private readonly system: SystemStore) {}

  /**
   * Another's tenant and no tenant are one answer, and no look-up tells them apart by its time.
   * @throws DomainError tenant.not_found
   */
  async bind(principal: Principal, tenantId: string): Promise<void> {
    const known =
      principal.kind === 'key'
        ? principal.tenantId === tenantId
        : (await this.system.transaction(({ tenants }) => tenants.find(tenantId))) !== null;
    if (!known) throw new DomainError('tenant.not_found', 'There is no such tenant.');
  }
}

/** @param inTenant Whether the request names a tenant: a key's `admin` reaches no further. @throws DomainError auth.scope_insufficient */
export function requireScopes(principal: Principal, scopes: readonly Scope[], inTenant: boolean): void {
  // A guest is let in by the door alone, and only where a route stands behind it.
  if (principal.kind !== 'key') return;
  const missing = scopes.find(
    (scope) => !principal.scopes.includes(scope) || (scope === 'admin' && !inTenant),
  );
  if (missing !== undefined) {
    throw new DomainError(
      'auth.scope_insufficient',
      `The token lacks the scope this route needs: ${scopes.join(' ')}.`,
    );
  }
}
