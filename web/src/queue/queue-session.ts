// Claim, look, decide, go on: the questions in a reviewer's hands. The screen goes on at once; answers are sent behind it, one after
// the other, and what the service refuses comes back in front with a message.
import pLimit from 'p-limit';
import type { Operation, ReviewItem } from '../api/client';
import { ApiProblem } from '../api/problem';
import { queryClient } from '../api/query-client';
import { complain, say } from '../components/toasts';
import type { Kind } from '../text/kinds';
import { text } from '../text/text';
import type { DecisionBody } from './answers';
import { questionOf } from './evidence';
import { preload } from './preload';
import * as calls from './queue-calls';
import { closedMessage, refusalOf, type Conflict } from './refusals';

/** Questions held at a time, count: the one on the screen and what comes next. */
const HELD_MAX = 3;
/** A lease lasts ten minutes: it is renewed well before. ms */
const RENEW_MS = 3 * 60_000;
/** How far back a reviewer can undo in one sitting, count. */
const DONE_MAX = 50;
/** Sendings of one answer when the network fails, and the pause before each further one, ms. */
const SENDINGS_MAX = 3;
const PAUSE_MS = 800;

/** What can be taken back, latest last. */
type Done =
  | { readonly kind: 'decided'; readonly itemId: string; readonly operationId: string }
  | { readonly kind: 'skipped' | 'snoozed'; readonly itemId: string };

export interface QueueState {
  /** First the one on the screen. */
  readonly line: readonly ReviewItem[];
  readonly phase: 'filling' | 'ready' | 'empty' | 'failed';
  /** Why filling failed. */
  readonly error: unknown;
  /** Why the question that was asked for by its address cannot be answered. */
  readonly gone: string | null;
  /** Answered in this sitting, count. */
  readonly answered: number;
  readonly conflict: Conflict | null;
}

const trouble = text.queue.trouble;

export class QueueSession {
  private state: QueueState = {
    line: [],
    phase: 'filling',
    error: null,
    gone: null,
    answered: 0,
    conflict: null,
  };
  private readonly listeners = new Set<() => void>();
  private readonly inOrder = pLimit(1);
  private readonly done: Done[] = [];
  private filling: Promise<void> | null = null;
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
  ) {
    this.awaitedId = firstId;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
  readonly snapshot = (): QueueState => this.state;

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
    for (const { id } of this.state.line) void calls.release(this.tenantId, id).catch(() => undefined);
    this.change({ line: [], phase: 'filling' });
  }

  readonly lookAgain = (): void => {
    this.change({ phase: 'filling', error: null, gone: null });
    this.fill();
  };

  decide(item: ReviewItem, body: DecisionBody): void {
    const attempt = crypto.randomUUID();
    this.leave(item);
    this.change({ answered: this.state.answered + 1 });
    void this.inOrder(async () => {
      try {
        const operation = await patiently(() => calls.decide(this.tenantId, item, body, attempt));
        this.remember({ kind: 'decided', itemId: item.id, operationId: operation.id });
        await this.follow(operation);
      } catch (error) {
        this.change({ answered: this.state.answered - 1 });
        this.refused(error, item, body);
      } finally {
        this.leaving.delete(item.id);
      }
      this.fill();
    });
    this.fill();
  }

  /** Goes on with an answer that the service asked back about, or lets it be. */
  settle(goOn: boolean): void {
    const { conflict } = this.state;
    this.change({ conflict: null });
    if (conflict && goOn) this.decide(conflict.item, { ...conflict.body, ...conflict.members });
  }

  skip(item: ReviewItem): void {
    this.passOn(item, 'skipped', () => calls.skip(this.tenantId, item.id));
  }

  /** @param until ISO 8601 */
  snooze(item: ReviewItem, until: string): void {
    this.passOn(item, 'snoozed', () => calls.snooze(this.tenantId, item.id, until));
  }

  /** Takes back the latest that was done here, once everything before is done. */
  undo(): void {
    void this.inOrder(async () => {
      const last = this.done.pop();
      if (!last) return say(text.queue.work.nothingToUndo);
      try {
        if (last.kind === 'decided') await calls.undo(this.tenantId, last.operationId);
        if (last.kind === 'snoozed') await calls.snooze(this.tenantId, last.itemId, null);
        const item = await calls.claim(this.tenantId, last.itemId);
        if (last.kind === 'decided') this.change({ answered: Math.max(0, this.state.answered - 1) });
        this.putInFront(item);
        say(text.queue.work.undone);
        await this.forgetAnswers();
      } catch (error) {
        if (error instanceof ApiProblem && error.isOffline) this.done.push(last);
        complain(trouble.notTaken, messageOf(error));
      }
    });
  }

  /** Throws ApiProblem. */
  async note(item: ReviewItem, words: string): Promise<void> {
    const noted = await calls.writeNote(this.tenantId, item.id, words);
    this.change({ line: this.state.line.map((held) => (held.id === item.id ? noted : held)) });
  }

  private passOn(item: ReviewItem, kind: 'skipped' | 'snoozed', send: () => Promise<void>): void {
    this.leave(item);
    void this.inOrder(async () => {
      try {
        await send();
        this.remember({ kind, itemId: item.id });
      } catch (error) {
        this.refused(error, item, null);
      } finally {
        this.leaving.delete(item.id);
      }
      this.fill();
    });
  }

  private leave(item: ReviewItem): void {
    this.leaving.add(item.id);
    const line = this.state.line.filter(({ id }) => id !== item.id);
    this.change({ line, conflict: null, gone: null, ...(line.length === 0 && { phase: 'filling' }) });
  }

  private remember(done: Done): void {
    this.done.push(done);
    if (this.done.length > DONE_MAX) this.done.shift();
  }

  private refused(error: unknown, item: ReviewItem, body: DecisionBody | null): void {
    const refusal = refusalOf(error, item, body ?? { decision: 'dismiss' });
    if (refusal.kind === 'back') {
      this.putInFront(refusal.item);
      this.change({ conflict: body === null ? null : refusal.conflict });
      if (refusal.conflict) return;
    }
    complain(trouble.notTaken, refusal.message);
  }

  /** What an answer did to the questions that wait behind it, and to what the page knows of people. */
  private async follow({ superseded_item_ids, cancelled_item_ids, open_item_ids }: Operation): Promise<void> {
    const moot = new Set([...superseded_item_ids, ...cancelled_item_ids]);
    const { line } = this.state;
    if (line[0] && moot.has(line[0].id)) say(trouble.moot);
    this.change({ line: line.filter(({ id }) => !moot.has(id)) });
    const changed = this.state.line.filter(({ id }) => open_item_ids.includes(id));
    for (const { id } of changed) {
      const item = await calls.getItem(this.tenantId, id);
      this.change({ line: this.state.line.map((held) => (held.id === id ? item : held)) });
    }
    await this.forgetAnswers();
  }

  /** People, faces and figures may be others now. Pictures stay. */
  private async forgetAnswers(): Promise<void> {
    await queryClient.invalidateQueries({
      predicate: ({ queryKey }) => (queryKey as unknown[])[0] === 'get',
    });
  }

  private putInFront(item: ReviewItem): void {
    this.change({
      line: [item, ...this.state.line.filter(({ id }) => id !== item.id)],
      phase: 'ready',
      error: null,
    });
    void preload(this.tenantId, questionOf(item));
  }

  /** Claims until enough is held. One at a time, however often it is called. */
  private fill(): void {
    this.filling ??= this.claimUntilFull().finally(() => {
      this.filling = null;
    });
  }

  private async claimUntilFull(): Promise<void> {
    try {
      if (this.awaitedId !== null) await this.takeAwaited(this.awaitedId);
      else if (this.state.phase === 'filling') await this.takeUp();
      while (this.running && this.state.line.length < HELD_MAX && this.state.gone === null) {
        const item = await calls.claimNext(this.tenantId, this.kind);
        if (item === null) break;
        this.append(item);
      }
      if (this.running)
        this.change({
          phase: this.state.line.length > 0 ? 'ready' : this.leaving.size > 0 ? 'filling' : 'empty',
        });
    } catch (error) {
      if (this.state.line.length === 0) this.change({ phase: 'failed', error });
    }
  }

  private async takeAwaited(id: string): Promise<void> {
    this.awaitedId = null;
    try {
      this.append(await calls.claim(this.tenantId, id));
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.isOffline) throw error;
      const closed = error.code === 'review_item.closed';
      this.change({ gone: closed ? closedMessage(error.body) : error.message });
    }
  }

  /** What this reviewer holds already: of a page that was loaded anew. */
  private async takeUp(): Promise<void> {
    const mine = await calls.heldByMe(this.tenantId, this.kind, HELD_MAX);
    for (const item of mine) this.append(item);
  }

  private append(item: ReviewItem): void {
    if (!this.running) return void calls.release(this.tenantId, item.id).catch(() => undefined);
    if (this.leaving.has(item.id) || this.state.line.some(({ id }) => id === item.id)) return;
    this.change({ line: [...this.state.line, item], phase: 'ready', error: null });
    void preload(this.tenantId, questionOf(item));
  }

  private readonly onVisible = (): void => {
    if (document.visibilityState === 'visible') void this.renew();
  };

  private async renew(): Promise<void> {
    for (const { id } of this.state.line) {
      try {
        await calls.claim(this.tenantId, id);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.isOffline) continue;
        complain(error.code === 'review_item.closed' ? closedMessage(error.body) : trouble.lost);
        this.change({ line: this.state.line.filter((held) => held.id !== id) });
      }
    }
    this.fill();
  }

  private change(part: Partial<QueueState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

/** A network that fails for a moment loses no answer: the same one is sent again, and taken once. */
async function patiently<T>(send: () => Promise<T>): Promise<T> {
  for (let sending = 1; ; sending++) {
    try {
      return await send();
    } catch (error) {
      const passing = error instanceof ApiProblem && error.isOffline;
      if (!passing || sending === SENDINGS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * sending));
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
