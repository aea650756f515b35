// How many photos are in the works at once, and whose turn is next: decoded pictures are large, so both the work and the
// wait are bounded, and tenants take turns.
//
// [Note: Fair turns]
// Every tenant has a line of its own, first come first served. Lines are served in rotation, one photo each, so a tenant
// with one photo waits for one round and not for another's hundred. When all places to wait are taken, the newest photo of
// the longest line gives its place to a tenant whose line is shorter: a flood fills its own places, never all.
import { DomainError } from '../domain/domain-error.js';

/** Seconds after which a client that found the line full is told to come back. */
const RETRY_AFTER_SECONDS = 2;

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: DomainError) => void;
}

export class IngestLimiter {
  private active = 0;
  private waiting = 0;
  /** Tenants with photos that wait, in the order of their turns. */
  private readonly lines = new Map<string, Waiting[]>();

  /**
   * @param concurrency Photos decoded, detected or embedded at once.
   * @param queueMax Photos that may wait for their turn; beyond, one is refused.
   */
  constructor(
    private readonly concurrency: number,
    private readonly queueMax: number,
  ) {}

  /** Runs `work` when it is the tenant's turn. @throws DomainError inference.busy when the line is full. */
  async run<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    await this.turn(tenantId);
    try {
      return await work();
    } finally {
      this.active--;
      this.serveNext();
    }
  }

  get depth(): { active: number; waiting: number } {
    return { active: this.active, waiting: this.waiting };
  }

  private turn(tenantId: string): Promise<void> {
    if (this.active < this.concurrency) {
      this.active++;
      return Promise.resolve();
    }
    if (this.waiting >= this.queueMax) this.makePlace(tenantId);
    return new Promise((begin, refuse) => {
      const line = this.lines.get(tenantId);
      if (line) line.push({ begin, refuse });
      else this.lines.set(tenantId, [{ begin, refuse }]);
      this.waiting++;
    });
  }

  /** The first in turn begins, and its tenant goes to the end of the rotation. */
  private serveNext(): void {
    const next = this.lines.entries().next().value;
    if (next === undefined) return;
    const [tenantId, line] = next;
    const { begin } = line.shift()!;
    this.lines.delete(tenantId);
    if (line.length > 0) this.lines.set(tenantId, line);
    this.waiting--;
    this.active++;
    begin();
  }

  /** Throws DomainError inference.busy unless another tenant's line is longer than this one's will be. */
  private makePlace(tenantId: string): void {
    const own = this.lines.get(tenantId)?.length ?? 0;
    let longest: Waiting[] | undefined;
    for (const line of this.lines.values()) if (line.length > (longest?.length ?? own + 1)) longest = line;
    if (longest === undefined) throw busy();
    longest.pop()!.refuse(busy());
    this.waiting--;
  }
}

const busy = (): DomainError =>
  new DomainError('inference.busy', 'too many photos are waiting; try again shortly', {
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
