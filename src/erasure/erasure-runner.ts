// Takes up erasures that wait: those just accepted, and those that a process left behind.
//
// [Note: No queue for erasures] An erasure forgets the queue's messages about its tenant, so it is no message itself. Its row is
// looked for: at the start, at a call, and every few seconds for what other processes accept.
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { ExclusiveWork } from '../database/exclusive-work.js';
import type { ErasureRecord } from '../database/records.js';
import { SystemStore } from '../database/system-store.js';
import { LOGGER } from '../http/logger.js';
import { ErasureSteps } from './erasure-steps.js';

const POLL_MS = 2000;
/** An erasure that failed is left alone for so long. */
const PAUSE_AFTER_FAILURE_MS = 30_000;
/** Smaller erasures end within their request; older ones were left behind. */
const LEFT_BEHIND_MS = 60_000;
/** Taken up in one pass. */
const OPEN_MAX = 100;

@Injectable()
export class ErasureRunner implements OnModuleDestroy {
  private loop: Promise<void> = Promise.resolve();
  private stopping = false;
  private started = false;
  private wakeUp: () => void = () => undefined;
  /** Erasure → when it may be tried again, epoch ms. */
  private readonly paused = new Map<string, number>();

  constructor(
    private readonly system: SystemStore,
    private readonly steps: ErasureSteps,
    private readonly exclusive: ExclusiveWork,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Works until the application closes. Call it once. */
  start(): void {
    this.started = true;
    this.loop = this.run();
  }

  /** Looks now: something was accepted. Another process does the work where this one is no worker. */
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
    // Before the first pass nobody here erases anything: whatever is open was left behind.
    let leftBehindMs = 0;
    while (!this.stopping) {
      const slept = this.sleep();
      try {
        await this.passOnce(leftBehindMs);
      } catch (error) {
        this.logger.error({ err: error }, 'open erasures could not be looked for');
      }
      leftBehindMs = LEFT_BEHIND_MS;
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

  /** One look at what is open. @param leftBehindMs Age from which a smaller erasure counts as left behind, ms. */
  async passOnce(leftBehindMs: number): Promise<void> {
    const open = await this.system.transaction(({ erasures }) => erasures.listOpen(OPEN_MAX));
    const now = Date.now();
    for (const id of this.paused.keys())
      if (!open.some((erasure) => erasure.id === id)) this.paused.delete(id);
    for (const erasure of open) {
      if (this.stopping) return;
      if ((this.paused.get(erasure.id) ?? 0) > now) continue;
      if (erasure.kind !== 'tenant' && erasure.requestedAt.getTime() > now - leftBehindMs) continue;
      await this.take(erasure);
    }
  }

  private async take({ id }: ErasureRecord): Promise<void> {
    try {
      await this.exclusive.run(id, () => this.steps.run(id, () => this.stopping));
      this.paused.delete(id);
    } catch (error) {
      this.paused.set(id, Date.now() + PAUSE_AFTER_FAILURE_MS);
      this.logger.error({ err: error, erasure: id }, 'an erasure failed and will be tried again');
    }
  }
}
