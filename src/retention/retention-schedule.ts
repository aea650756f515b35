// When periods are looked at: at the start and every ten minutes, by one process at a time. Nobody tells of anything: the rows
// of the tenants say it all, see [Note: Asked of the database] in src/consolidation.
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { ExclusiveWork } from '../database/exclusive-work.js';
import type { TenantRecord } from '../database/records.js';
import { SystemStore } from '../database/system-store.js';
import { isTenantGone } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { LOGGER } from '../http/logger.js';
import { RetentionService } from './retention.service.js';

/** Periods are days. */
const INTERVAL_MS = 10 * 60_000;
const PAGE = 500;

@Injectable()
export class RetentionSchedule implements OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private busy = false;
  private stopping = false;

  constructor(
    private readonly system: SystemStore,
    private readonly exclusive: ExclusiveWork,
    private readonly retention: RetentionService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Looks from now on, until the application closes. Call it once. */
  start(): void {
    const look = (): void => {
      if (this.busy) return;
      this.busy = true;
      this.running = this.lookAndLog().finally(() => (this.busy = false));
    };
    this.timer = setInterval(look, INTERVAL_MS);
    this.timer.unref();
    look();
  }

  private async lookAndLog(): Promise<void> {
    try {
      await this.look(new Date());
    } catch (error) {
      this.logger.error({ err: error }, 'the periods of the tenants could not be looked at');
    }
  }

  /** Does what is due. @returns False when another process is at it. */
  look(now: Date): Promise<boolean> {
    return this.exclusive.run('retention', async () => {
      let after: string | undefined;
      do {
        const page = await this.standing(after);
        for (const tenant of page) if (!this.stopping) await this.tend(tenant, now);
        after = page.length < PAGE || this.stopping ? undefined : page.at(-1)!.id;
      } while (after !== undefined);
    });
  }

  private standing(after: string | undefined): Promise<TenantRecord[]> {
    return this.system.transaction(({ tenants }) => tenants.listStanding({ limit: PAGE, after }));
  }

  /** One tenant's fault is not another's. */
  private async tend(tenant: TenantRecord, now: Date): Promise<void> {
    try {
      if (this.retention.isDue(tenant, now)) await this.retention.tend(tenant.id, now, () => this.stopping);
    } catch (error) {
      const held = error instanceof DomainError && error.code === 'retention.legal_hold';
      if (isTenantGone(error) || held) return;
      this.logger.error({ err: error, tenant: tenant.id }, 'what is due for a tenant could not be done');
    }
  }

  /** Waits for a look under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }
}
