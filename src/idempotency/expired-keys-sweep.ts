// Deletes kept answers that are past their time, once an hour.
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SystemStore } from '../database/system-store.js';

const INTERVAL_MS = 60 * 60 * 1000;

@Injectable()
export class ExpiredKeysSweep implements OnModuleDestroy {
  private readonly logger = new Logger(ExpiredKeysSweep.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly system: SystemStore) {}

  /** Sweeps now, and every hour until the application closes. Call it once. */
  start(): void {
    const sweep = (): void => {
      this.running = this.run().then(
        (count) => this.logger.debug(`${count} kept answers were past their time`),
        (error: unknown) => this.logger.error(error instanceof Error ? error : String(error)),
      );
    };
    sweep();
    this.timer = setInterval(sweep, INTERVAL_MS);
    this.timer.unref();
  }

  /** @returns Answers deleted, of all tenants. */
  run(): Promise<number> {
    return this.system.transaction(({ idempotencyKeys }) => idempotencyKeys.deleteExpired());
  }

  /** Waits for a sweep under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
