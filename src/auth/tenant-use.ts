// Notes when a tenant was last used: beside the request, at most once in ten minutes for each tenant.
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SystemStore } from '../database/system-store.js';

/** Retention counts days. */
const INTERVAL_MS = 10 * 60_000;
/** Tenants remembered, count. Beyond, the oldest is forgotten: it is then noted once too often, which is harmless. */
const TENANTS_MAX = 10_000;

@Injectable()
export class TenantUse implements OnModuleDestroy {
  private readonly logger = new Logger(TenantUse.name);
  private readonly noted = new LRUCache<string, true>({ max: TENANTS_MAX, ttl: INTERVAL_MS });
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly system: SystemStore) {}

  /** Returns at once. A note that fails is logged and made again at the next use. */
  note(tenantId: string): void {
    if (this.noted.has(tenantId)) return;
    this.noted.set(tenantId, true);
    const work = this.write(tenantId).finally(() => this.running.delete(work));
    this.running.add(work);
  }

  /** Waits for notes under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.running);
  }

  private async write(tenantId: string): Promise<void> {
    try {
      await this.system.transaction(({ tenants }) => tenants.touch(tenantId, new Date()));
    } catch (error) {
      this.noted.delete(tenantId);
      this.logger.error(error instanceof Error ? error : String(error));
    }
  }
}
