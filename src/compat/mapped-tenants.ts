// The tenant behind a protocol that knows no tenants: made at the first need by whoever may use any, closed to keys of others.
import { Injectable } from '@nestjs/common';
import { actorOf, type Principal } from '../auth/principal.js';
import { TenantAccess } from '../auth/tenant-access.js';
import { TenantsService } from '../tenants/tenants.service.js';

@Injectable()
export class MappedTenants {
  constructor(
    private readonly access: TenantAccess,
    private readonly tenants: TenantsService,
  ) {}

  /** The tenant is there when this returns, and the principal may use it. @throws DomainError tenant.not_found */
  async open(principal: Principal, tenantId: string): Promise<void> {
    if (principal.kind !== 'key') await this.tenants.ensure(tenantId, { actor: actorOf(principal) });
    await this.access.bind(principal, tenantId);
  }
}
