// The questions that a reviewer holds: claimed ahead of the screen, renewed while they wait, given back in the end.
import type { ReviewItem } from '../api/client';
import { ApiProblem } from '../api/problem';
import { complain } from '../components/toasts';
import type { Kind } from '../text/kinds';
import { text } from '../text/text';
import { questionOf } from './evidence';
import { preload } from './preload';
import * as calls from './queue-calls';
import type { QueueStore } from './queue-state';
import { closedMessage } from './refusals';

/** Questions held at a time, count: the one on the screen and what comes next. */
const HELD_MAX = 4;
/** A lease lasts ten minutes: it is renewed well before. ms */
const RENEW_MS = 3 * 60_000;

export class HeldQuestions {
  private filling: Promise<void> | null = null;
  /** Asked for while it was under way: what the queue held then may be more now. */
  private fillsAgain = false;
  private running = false;
  private renewal: number | undefined;
  private awaitedId: string | null;
  /** Answered or passed on, not yet known to the service: not to be shown again. */
  private readonly leaving = new Set<string>();

  /** @param kind Only these questions. @param firstId This question before all others. */
  constructor(
    private readonly tenantId: string,
    private readonly kind: Kind | null,
    firstId: string | null,
    private readonly store: QueueStore,
  ) {
    this.awaitedId = firstId;
  }

  start(): void {
    this.running = true;
    this.renewal = window.setInterval(() => void this.renew(), RENEW_MS);
    document.addEventListener('visibilitychange', this.onVisible);
    this.fill();
  }

  /** Gives back what was not answered. */
  stop(): void {
    this.running = false;
    window.clearInterval(this.renewal);
    document.removeEventListener('visibilitychange', this.onVisible);
    for (const { id } of this.line) void calls.release(this.tenantId, id).catch(() => undefined);
    this.store.change({ line: [], phase: 'filling' });
  }

  leave(item: ReviewItem): void {
    this.leaving.add(item.id);
    this.store.leave(item.id);
    // The next one is on its way while the answer is.
    this.fill();
  }

  /** The service knows now that it was left, or refused it. */
  hasLeft(item: ReviewItem): void {
    this.leaving.delete(item.id);
    this.fill();
  }

  /** @param byItself Not because the reviewer wanted it. */
  putInFront(item: ReviewItem, byItself: boolean): void {
    this.store.putInFront(item, byItself);
    void preload(this.tenantId, questionOf(item));
  }

  /** Claims until enough is held. One at a time, however often it is called. */
  fill(): void {
    this.fillsAgain = true;
    this.filling ??= this.claimUntilFull().finally(() => {
      this.filling = null;
    });
  }

  private get line(): readonly ReviewItem[] {
    return this.store.snapshot().line;
  }

  private async claimUntilFull(): Promise<void> {
    try {
      const isFirst = this.line.length === 0 && this.store.snapshot().phase === 'filling';
      if (this.awaitedId !== null) await this.takeAwaited(this.awaitedId);
      if (isFirst && this.store.snapshot().gone === null) await this.takeUp();
      while (this.fillsAgain) {
        this.fillsAgain = false;
        await this.claimNext();
      }
      if (!this.running) return;
      this.store.change({
        phase: this.line.length > 0 ? 'ready' : this.leaving.size > 0 ? 'filling' : 'empty',
      });
    } catch (error) {
      if (this.line.length === 0) this.store.change({ phase: 'failed', error });
    }
  }

  private async claimNext(): Promise<void> {
    while (this.running && this.line.length < HELD_MAX && this.store.snapshot().gone === null) {
      const item = await calls.claimNext(this.tenantId, this.kind);
      if (item === null) return;
      this.append(item);
    }
  }

  private async takeAwaited(id: string): Promise<void> {
    this.awaitedId = null;
    try {
      this.append(await calls.claim(this.tenantId, id));
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.isOffline) throw error;
      const closed = error.code === 'review_item.closed';
      this.store.change({ gone: closed ? closedMessage(error.body) : error.message });
    }
  }

  /** What this reviewer holds already, of a page that was loaded anew: nobody is handed it otherwise. */
  private async takeUp(): Promise<void> {
    const mine = await calls.heldByMe(this.tenantId, this.kind, HELD_MAX);
    for (const item of mine) this.append(item);
  }

  private append(item: ReviewItem): void {
    if (!this.running) return void calls.release(this.tenantId, item.id).catch(() => undefined);
    if (this.leaving.has(item.id) || this.line.some(({ id }) => id === item.id)) return;
    this.store.append(item);
    void preload(this.tenantId, questionOf(item));
  }

  private readonly onVisible = (): void => {
    if (document.visibilityState === 'visible') void this.renew();
  };

  private async renew(): Promise<void> {
    for (const { id } of this.line) {
      try {
        await calls.claim(this.tenantId, id);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.isOffline) continue;
        const isClosed = error.code === 'review_item.closed';
        complain(isClosed ? closedMessage(error.body) : text.queue.trouble.lost);
        this.store.drop(new Set([id]));
      }
    }
    this.fill();
  }
}
