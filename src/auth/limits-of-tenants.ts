// The limits of each tenant, remembered for a few seconds: every request asks, and they change once a year.
import { LRUCache } from 'lru-cache';
import { SystemStore } from '../database/system-store.js';
import { parseTenantLimits, type TenantLimits } from '../domain/limits/tenant-limits.js';

/** How long another process may go by limits that were changed here, ms. */
const REMEMBERED_MS = 10_000;
const TENANTS_MAX = 10_000;

export class LimitsOfTenants {
  private readonly known: LRUCache<string, TenantLimits>;

  /** @param service Limits of tenants that have none of their own. */
  constructor(
    private readonly system: SystemStore,
    private readonly service: TenantLimits,
  ) {
    this.known = new LRUCache({
      max: TENANTS_MAX,
      ttl: REMEMBERED_MS,
      fetchMethod: (tenantId) => this.read(tenantId),
    });
  }

  /** Limits as they were at most ten seconds ago. */
  async of(tenantId: string): Promise<TenantLimits> {
    return (await this.known.fetch(tenantId)) ?? this.service;
  }

  /** The limits that settings hold, over those of the service. */
  fromSettings(settings: Readonly<Record<string, unknown>>): TenantLimits {
    return parseTenantLimits(settings['limits'], this.service);
  }

  /** Call it after a change. */
  forget(tenantId: string): void {
    this.known.delete(tenantId);
  }

  private async read(tenantId: string): Promise<TenantLimits> {
    const tenant = await this.system.transaction(({ tenants }) => tenants.find(tenantId));
    return tenant === null ? this.service : this.fromSettings(tenant.settings);
  }
}
