// How many photos are in the works at once: decoded pictures are large, so both the work and the wait are bounded.
import pLimit, { type LimitFunction } from 'p-limit';
import { DomainError } from '../domain/domain-error.js';

/** Seconds after which a client that found the line full is told to come back. */
const RETRY_AFTER_SECONDS = 2;

export class IngestLimiter {
  private readonly limit: LimitFunction;

  /**
   * @param concurrency Photos decoded, detected or embedded at once.
   * @param queueMax Photos that may wait for their turn; the next one is refused.
   */
  constructor(
    concurrency: number,
    private readonly queueMax: number,
  ) {
    this.limit = pLimit(concurrency);
  }

  /** Runs `work` in turn, first come first served. @throws DomainError inference.busy when the line is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.limit.activeCount + this.limit.pendingCount >= this.limit.concurrency + this.queueMax) {
      throw new DomainError('inference.busy', 'too many photos are waiting; try again shortly', {
        retryable: true,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    return this.limit(work);
  }

  get depth(): { active: number; waiting: number } {
    return { active: this.limit.activeCount, waiting: this.limit.pendingCount };
  }
}
