// Takes up erasures that wait: those just accepted, and those that a process left behind.
//
// [Note: No queue for erasures] An erasure forgets the queue's messages about its tenant, so it is no message itself: its row is
// looked for.
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { ExclusiveWork } from '../database/exclusive-work.js';
import type { ErasureRecord } from '../database/repositories/erasure-record.js';
import { SystemStore } from '../database/system-store.js';
import { LOGGER } from '../http/logger.js';
import { RowWorker } from '../queue/row-worker.js';
import { ErasureSteps } from './erasure-steps.js';

/** An erasure that failed is left alone for so long. */
const PAUSE_AFTER_FAILURE_MS = 30_000;
/** Smaller erasures end within their request; older ones were left behind. */
const LEFT_BEHIND_MS = 60_000;
/** Taken up in one pass. */
const OPEN_MAX = 100;

@Injectable()
export class ErasureRunner implements OnModuleDestroy {
  /** Before the first look nobody here erases anything: whatever is open was left behind. */
  private leftBehindMs = 0;
  private readonly worker: RowWorker<ErasureRecord>;

  constructor(
    private readonly system: SystemStore,
    private readonly steps: ErasureSteps,
    private readonly exclusive: ExclusiveWork,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.worker = new RowWorker<ErasureRecord>({
      list: async () => {
        const due = await this.due(this.leftBehindMs);
        this.leftBehindMs = LEFT_BEHIND_MS;
        return due;
      },
      take: async ({ id }, stopping) => {
        await this.exclusive.run(id, () => this.steps.run(id, stopping));
      },
      failed: ({ id }, error) => {
        this.logger.error({ err: error, erasure: id }, 'an erasure failed and will be tried again');
        return PAUSE_AFTER_FAILURE_MS;
      },
      unlisted: (error) => this.logger.error({ err: error }, 'open erasures could not be looked for'),
    });
  }

  /** Works until the application closes. Call it once. */
  start(): void {
    this.worker.start();
  }

  /** Looks now: something was accepted. */
  wake(): void {
    this.worker.wake();
  }

  /** Waits for the step under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    await this.worker.stop();
  }

  /** One look at what is open. @param leftBehindMs Age from which a smaller erasure counts as left behind, ms. */
  async passOnce(leftBehindMs: number): Promise<void> {
    await this.worker.pass(() => this.due(leftBehindMs));
  }

  /** What is open and nobody is expected to be at. */
  private async due(leftBehindMs: number): Promise<ErasureRecord[]> {
    const open = await this.system.transaction(({ erasures }) => erasures.listOpen(OPEN_MAX));
    const newest = Date.now() - leftBehindMs;
    return open.filter(({ kind, requestedAt }) => kind === 'tenant' || requestedAt.getTime() <= newest);
  }
}
