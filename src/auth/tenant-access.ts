// Whether a principal may touch a tenant, and whether it may do there what it asks for.
import { Injectable } from '@nestjs/common';
import { SystemStore } from '../database/system-store.js';
import { tenantErasing } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import type { Principal } from './principal.js';
import type { Scope } from './scopes.js';
import { TenantUse } from './tenant-use.js';

@Injectable()
export class TenantAccess {
  constructor(
    private readonly system: SystemStore,
    private readonly use: TenantUse,
  ) {}

  /**
   * Another's tenant and no tenant are one answer, and no look-up tells them apart by its time.
   * @param whileErasing Also for a tenant that is being erased. A key ends when that begins, so it has nothing to look for.
   * @param isUse Whether the request counts as a use of what the tenant holds: see retention.
   * @throws DomainError tenant.not_found, tenant.erasing
   */
  async bind(
    principal: Principal,
    tenantId: string,
    { whileErasing = false, isUse = true }: { whileErasing?: boolean; isUse?: boolean } = {},
  ): Promise<void> {
    const tenant =
      principal.kind === 'key'
        ? principal.tenantId === tenantId && { erasureId: null }
        : await this.system.transaction(({ tenants }) => tenants.find(tenantId));
    if (!tenant) throw new DomainError('tenant.not_found', 'There is no such tenant.');
    if (typeof tenant.erasureId === 'string' && !whileErasing) throw tenantErasing(tenant.erasureId);
    if (isUse) this.use.note(tenantId);
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
