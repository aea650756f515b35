// How many photos are in the works at once, and whose turn is next: decoded pictures are large, so both the work and the
// wait are bounded, and tenants take turns.
//
// [Note: Fair turns]
// Every tenant has a line of its own, first come first served. The tenant with the fewest photos in the works is served next,
// and among equals the one whose turn was longest ago: a tenant with one photo waits for one place and not for another's hundred.
// When all places to wait are taken, the newest photo of the longest line gives its place to a tenant whose line is shorter: a
// flood fills its own places, never all.
//
// [Note: Fair shares]
// A turn alone does not help a photo that then meets three of a flood in front of the decoder and the models. So while several
// tenants send, each has no more in the works than its share of the model threads, one at least. A tenant counts as sending for
// a moment after its last photo: who sends one photo after the other finds its place free. A tenant that sends alone has all.
import { DomainError } from '../domain/domain-error.js';

/** Seconds after which a client that found the line full is told to come back. */
const RETRY_AFTER_SECONDS = 2;

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: DomainError) => void;
}

export interface IngestLimits {
  /** Photos decoded, detected or embedded at once. */
  readonly concurrency: number;
  /** Photos that may wait for their turn; beyond, one is refused. */
  readonly queueMax: number;
  /** Photos at once that tenants divide among them while several send. */
  readonly shared: number;
}

/**
 * A tenant counts as sending for so long after its last photo, ms: the pause of a client between two of a series, and what comes
 * before and after the works. On a slow or busy machine that takes longer: twice as long as the photo was in the works.
 */
const SENDING_MS = 1000;
const SENDING_PER_PHOTO = 2;

interface Sender {
  readonly line: Waiting[];
  /** Photos in the works. */
  active: number;
  /** Until when it counts as sending, ms of the process's clock; while it has photos it does anyway. */
  until: number;
}

export class IngestLimiter {
  private active = 0;
  private waiting = 0;
  /** Tenants that send, in the order of their turns. */
  private readonly senders = new Map<string, Sender>();
  /** Looks again when a tenant stops counting as sending. */
  private timer: NodeJS.Timeout | undefined;

  /** @param clock ms, never going back. */
  constructor(
    private readonly limits: IngestLimits,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Runs `work` when it is the tenant's turn. @throws DomainError inference.busy when the line is full. */
  async run<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const sender = await this.turn(tenantId);
    const began = this.clock();
    try {
      return await work();
    } finally {
      this.active--;
      sender.active--;
      const now = this.clock();
      sender.until = now + Math.max(SENDING_MS, SENDING_PER_PHOTO * (now - began));
      this.serve();
    }
  }

  get depth(): { active: number; waiting: number } {
    return { active: this.active, waiting: this.waiting };
  }

  private turn(tenantId: string): Promise<Sender> {
    this.forgetIdle();
    let sender = this.senders.get(tenantId);
    if (sender === undefined) this.senders.set(tenantId, (sender = { line: [], active: 0, until: 0 }));
    const { line } = sender;
    if (line.length === 0 && this.mayBegin(sender)) {
      this.begin(sender);
      return Promise.resolve(sender);
    }
    if (this.waiting >= this.limits.queueMax) this.makePlace(line.length);
    return new Promise((resolve, refuse) => {
      line.push({ begin: () => resolve(sender), refuse });
      this.waiting++;
      this.serve();
    });
  }

  private mayBegin({ active }: Sender): boolean {
    if (this.active >= this.limits.concurrency) return false;
    const share = Math.max(1, Math.floor(this.limits.shared / this.senders.size));
    return this.senders.size === 1 || active < share;
  }

  private begin(sender: Sender): void {
    this.active++;
    sender.active++;
  }

  /** Lets begin who may; whose photo begins goes to the end of the turns. */
  private serve(): void {
    this.forgetIdle();
    for (let next = this.next(); next !== undefined; next = this.next()) {
      const [tenantId, sender] = next;
      const { begin } = sender.line.shift()!;
      this.senders.delete(tenantId);
      this.senders.set(tenantId, sender);
      this.waiting--;
      this.begin(sender);
      begin();
    }
    this.lookAgain();
  }

  private next(): [string, Sender] | undefined {
    let chosen: [string, Sender] | undefined;
    for (const entry of this.senders) {
      const [, sender] = entry;
      if (sender.line.length === 0 || !this.mayBegin(sender)) continue;
      if (chosen === undefined || sender.active < chosen[1].active) chosen = entry;
    }
    return chosen;
  }

  private forgetIdle(): void {
    const now = this.clock();
    for (const [tenantId, { line, active, until }] of this.senders)
      if (line.length === 0 && active === 0 && until <= now) this.senders.delete(tenantId);
  }

  /** Photos that wait although places are free wait for a share that grows when another tenant has stopped sending. */
  private lookAgain(): void {
    if (this.timer !== undefined || this.waiting === 0 || this.active >= this.limits.concurrency) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.serve();
    }, SENDING_MS);
    this.timer.unref();
  }

  /** Throws DomainError inference.busy unless another tenant's line is longer than this one's will be. @param own Length. */
  private makePlace(own: number): void {
    let longest: Waiting[] | undefined;
    for (const { line } of this.senders.values())
      if (line.length > (longest?.length ?? own + 1)) longest = line;
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
