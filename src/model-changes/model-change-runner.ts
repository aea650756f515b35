// Takes up changes of model that have something to do: those just ordered, those that a process left behind, and those whose time to be
// taken back is over. Like erasures they are rows and no messages: a change may take days, and goes on at once when its process died.
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { ExclusiveWork } from '../database/exclusive-work.js';
import type { OpenModelChange } from '../database/directories/model-change-directory.js';
import { SystemStore } from '../database/system-store.js';
import { isTenantGone } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { LOGGER } from '../http/logger.js';
import { RowWorker } from '../queue/row-worker.js';
import { ModelChangeSteps } from './model-change-steps.js';

/** A change that met a busy service or a fault is left alone for so long. */
const PAUSE_WHEN_BUSY_MS = 5000;
const PAUSE_AFTER_FAILURE_MS = 30_000;
/** Taken up in one pass. */
const OPEN_MAX = 100;

@Injectable()
export class ModelChangeRunner implements OnModuleDestroy {
  private readonly worker: RowWorker<OpenModelChange>;

  constructor(
    system: SystemStore,
    steps: ModelChangeSteps,
    exclusive: ExclusiveWork,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.worker = new RowWorker<OpenModelChange>({
      list: () => system.transaction(({ modelChanges }) => modelChanges.listDue(new Date(), OPEN_MAX)),
      take: async ({ tenantId, id }, stopping) => {
        await exclusive.run(id, () => steps.run(tenantId, id, stopping));
      },
      failed: ({ id }, error) => this.failed(id, error),
      unlisted: (error) => this.logger.error({ err: error }, 'open changes of model could not be looked for'),
    });
  }

  /** Works until the application closes. Call it once. */
  start(): void {
    this.worker.start();
  }

  /** Looks now: something was ordered. */
  wake(): void {
    this.worker.wake();
  }

  /** Waits for the step under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    await this.worker.stop();
  }

  /** @returns Milliseconds that the change is left alone. */
  private failed(id: string, error: unknown): number {
    if (error instanceof DomainError && error.retryable) return PAUSE_WHEN_BUSY_MS;
    // Its tenant's erasure takes the change along.
    if (!isTenantGone(error))
      this.logger.error({ err: error, model_change: id }, 'a change of model failed and will be tried again');
    return PAUSE_AFTER_FAILURE_MS;
  }
}
