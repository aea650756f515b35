// Lets the transactions of one tenant through one at a time inside this process, so that a busy tenant's transactions
// wait here and not on connections that other tenants need. Other processes are held off by the lock in the database.

export class TenantQueueTimeout extends Error {}

export class TenantQueue {
  private readonly tails = new Map<string, Promise<void>>();

  /** @param waitMs Longest wait for the turn; TenantQueueTimeout when it passes. */
  constructor(private readonly waitMs: number) {}

  async run<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(tenantId) ?? Promise.resolve();
    let done!: () => void;
    const own = new Promise<void>((resolve) => (done = resolve));
    const tail = before.then(() => own);
    this.tails.set(tenantId, tail);
    try {
      await this.turn(before);
      return await work();
    } finally {
      done();
      if (this.tails.get(tenantId) === tail) this.tails.delete(tenantId);
    }
  }

  private async turn(before: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new TenantQueueTimeout(`no turn within ${this.waitMs} ms`)),
        this.waitMs,
      );
    });
    try {
      await Promise.race([before, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
