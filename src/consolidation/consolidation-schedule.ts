// Who is consolidated when: of tenants that have changed and then been quiet for a while what has changed, and all of their faces at
// night.
//
// [Note: Asked of the database] Nobody tells of changes: the newest operation of a tenant against the one that its last
// consolidation has seen says it all, for every process, and after a crash.
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { SystemStore } from '../database/system-store.js';
import type { ChangedTenant } from '../database/directories/tenant-directory.js';
import { DomainError } from '../domain/domain-error.js';
import { LOGGER } from '../http/logger.js';
import { ConsolidationJobs } from './consolidation-jobs.js';
import { hasPassed } from './night.js';

/** Between two looks, ms: well under the quiet times that make sense. */
const INTERVAL_MS = 5000;
const PAGE = 500;
/** Who is named in the log of changes. */
const ACTOR = 'schedule';

@Injectable()
export class ConsolidationSchedule implements OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private busy = false;
  private lastLook = new Date();
  /** The newest operation for which each tenant was ordered: what failed is not ordered again before something changes. */
  private ordered = new Map<string, string>();

  constructor(
    private readonly system: SystemStore,
    private readonly jobs: ConsolidationJobs,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Looks from now on, until the application closes. Call it once. */
  start(): void {
    const { delaySeconds, nightlyAt } = this.config.consolidation;
    if (delaySeconds === 0 && nightlyAt === undefined) return;
    this.timer = setInterval(() => {
      if (this.busy) return;
      this.busy = true;
      this.running = this.lookAndLog().finally(() => (this.busy = false));
    }, INTERVAL_MS);
    this.timer.unref();
  }

  private async lookAndLog(): Promise<void> {
    try {
      await this.look(new Date());
    } catch (error) {
      this.logger.error({ err: error }, 'the tenants to be consolidated could not be looked up');
    }
  }

  /** Orders what is due. @returns Jobs ordered. */
  async look(now: Date): Promise<number> {
    const { delaySeconds, nightlyAt } = this.config.consolidation;
    const night = nightlyAt !== undefined && hasPassed(nightlyAt, this.lastLook, now);
    this.lastLook = now;
    if (delaySeconds === 0 && !night) return 0;
    const quietSince = night ? now : new Date(now.getTime() - delaySeconds * 1000);
    const due = new Map<string, string>();
    let count = 0;
    let after: string | undefined;
    do {
      const page = await this.changed(quietSince, after);
      for (const { tenantId, operationId } of page) {
        due.set(tenantId, operationId);
        if ((night || this.ordered.get(tenantId) !== operationId) && (await this.order(tenantId, !night)))
          count++;
      }
      after = page.length < PAGE ? undefined : page.at(-1)!.tenantId;
    } while (after !== undefined);
    this.ordered = due;
    return count;
  }

  private changed(quietSince: Date, after: string | undefined): Promise<ChangedTenant[]> {
    return this.system.transaction(({ tenants }) => tenants.listChanged({ limit: PAGE, after }, quietSince));
  }

  private async order(tenantId: string, changedOnly: boolean): Promise<boolean> {
    try {
      await this.jobs.order(tenantId, { changedOnly, actor: ACTOR });
      return true;
    } catch (error) {
      // Erased meanwhile, or too large: known to whoever asks by hand.
      if (!(error instanceof DomainError)) throw error;
      this.logger.debug({ tenant: tenantId, code: error.code }, 'a tenant is not consolidated');
      return false;
    }
  }

  /** Waits for a look under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
