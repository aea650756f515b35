// Work that stands in rows of the database instead of messages: it may take days, or outlive the queue's messages about its tenant.
// The rows are looked for at the start, at a call, and every few seconds for what other processes ordered or left behind.

const POLL_MS = 2000;

export interface RowWork<Row> {
  /** The rows that have something to do now, first the one to be taken first; a bounded number. */
  readonly list: () => Promise<readonly Row[]>;
  /** Works on a row until it is done, or until `stopping()`. It may be called again for the same row. */
  readonly take: (row: Row, stopping: () => boolean) => Promise<void>;
  /** A row's work failed. @returns Milliseconds that it is left alone. */
  readonly failed: (row: Row, error: unknown) => number;
  /** The rows could not be listed; they are looked for again. */
  readonly unlisted: (error: unknown) => void;
}

export class RowWorker<Row extends { readonly id: string }> {
  private loop: Promise<void> | null = null;
  private stopped = false;
  private wakeUp: () => void = () => undefined;
  /** Row → when it may be tried again, epoch ms. */
  private readonly paused = new Map<string, number>();
  private readonly stopping = (): boolean => this.stopped;

  constructor(private readonly work: RowWork<Row>) {}

  /** Works until `stop`. Call it once. */
  start(): void {
    this.loop = this.run();
  }

  /** Looks now: something was ordered. Where nothing was started, another process does the work. */
  wake(): void {
    this.wakeUp();
  }

  /** Waits for the row under way to come to a halt. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp();
    await this.loop;
  }

  /** One look at the rows, one after another. @throws What `list` throws; a row that fails holds no other up. */
  async pass(list: () => Promise<readonly Row[]> = this.work.list): Promise<void> {
    const rows = await list();
    for (const id of this.paused.keys()) if (!rows.some((row) => row.id === id)) this.paused.delete(id);
    const now = Date.now();
    for (const row of rows) {
      if (this.stopped) return;
      if ((this.paused.get(row.id) ?? 0) <= now) await this.take(row);
    }
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const slept = this.sleep();
      await this.pass().catch((error: unknown) => this.work.unlisted(error));
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

  private async take(row: Row): Promise<void> {
    try {
      await this.work.take(row, this.stopping);
      this.paused.delete(row.id);
    } catch (error) {
      this.paused.set(row.id, Date.now() + this.work.failed(row, error));
    }
  }
}
