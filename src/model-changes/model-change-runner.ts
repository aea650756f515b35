// Takes up changes of model that have something to do: those just ordered, those that a process left behind, and those whose time to be
// taken back is over. Like erasures they are rows and no messages: a change may take days, and goes on at once when its process died.
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { ExclusiveWork } from '../database/exclusive-work.js';
import type { OpenModelChange } from '../database/model-change-directory.js';
import { SystemStore } from '../database/system-store.js';
import { isTenantGone } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { LOGGER } from '../http/logger.js';
import { ModelChangeSteps } from './model-change-steps.js';

const POLL_MS = 2000;
/** A change that met a busy service or a fault is left alone for so long. */
const PAUSE_WHEN_BUSY_MS = 5000;
const PAUSE_AFTER_FAILURE_MS = 30_000;
/** Taken up in one pass. */
const OPEN_MAX = 100;

@Injectable()
export class ModelChangeRunner implements OnModuleDestroy {
  private loop: Promise<void> = Promise.resolve();
  private stopping = false;
  private started = false;
  private wakeUp: () => void = () => undefined;
  /** Change → when it may be tried again, epoch ms. */
  private readonly paused = new Map<string, number>();

  constructor(
    private readonly system: SystemStore,
    private readonly steps: ModelChangeSteps,
    private readonly exclusive: ExclusiveWork,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Works until the application closes. Call it once. */
  start(): void {
    this.started = true;
    this.loop = this.run();
  }

  /** Looks now: something was ordered. Another process does the work where this one is no worker. */
  wake(): void {
    if (this.started) this.wakeUp();
  }

  /** Waits for the step under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    this.wakeUp();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const slept = this.sleep();
      try {
        await this.pass(new Date());
      } catch (error) {
        this.logger.error({ err: error }, 'open changes of model could not be looked for');
      }
      await slept;
    }
  }

  /** Begins before the pass, so that a call during it is not missed. */
  private sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async pass(now: Date): Promise<void> {
    const due = await this.system.transaction(({ modelChanges }) => modelChanges.listDue(now, OPEN_MAX));
    for (const id of this.paused.keys()) if (!due.some((change) => change.id === id)) this.paused.delete(id);
    for (const change of due) {
      if (this.stopping) return;
      if ((this.paused.get(change.id) ?? 0) <= now.getTime()) await this.take(change);
    }
  }

  private async take({ tenantId, id }: OpenModelChange): Promise<void> {
    try {
      await this.exclusive.run(id, () => this.steps.run(tenantId, id, () => this.stopping));
      this.paused.delete(id);
    } catch (error) {
      const busy = error instanceof DomainError && error.retryable;
      this.paused.set(id, Date.now() + (busy ? PAUSE_WHEN_BUSY_MS : PAUSE_AFTER_FAILURE_MS));
      // Its tenant's erasure takes the change along.
      if (isTenantGone(error) || busy) return;
      this.logger.error({ err: error, model_change: id }, 'a change of model failed and will be tried again');
    }
  }
}
