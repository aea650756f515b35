// Look, decide, go on. The screen goes on at once; what was decided is sent behind it, one after the other, and what the service
// refuses comes back in front with a message.
import pLimit from 'p-limit';
import type { Operation, ReviewItem } from '../api/client';
import { ApiProblem } from '../api/problem';
import { queryClient } from '../api/query-client';
import { complain, say } from '../components/toasts';
import type { Kind } from '../text/kinds';
import { text } from '../text/text';
import type { DecisionBody } from './answers/answer';
import { HeldQuestions } from './held-questions';
import { patiently } from './patiently';
import * as calls from './queue-calls';
import { type QueueState, QueueStore } from './queue-state';
import { refusalOf } from './refusals';
import { everyAnswer, listsAndFigures, touchedBy } from './stale';

/** How far back a reviewer can undo in one sitting, count. */
const DONE_MAX = 50;

/** Lists and figures are asked for again this long after an answer, once for all that were given meanwhile, ms. */
const LISTS_MS = 1000;

/** What can be taken back, latest last. */
type Done =
  | { readonly kind: 'decided'; readonly itemId: string; readonly operationId: string }
  | { readonly kind: 'skipped' | 'snoozed'; readonly itemId: string };

const { trouble, work } = text.queue;

export class QueueSession {
  private readonly store = new QueueStore();
  private readonly held: HeldQuestions;
  private readonly inOrder = pLimit(1);
  private readonly done: Done[] = [];
  private listsTimer: number | undefined;

  /** @param kind Only these questions. @param firstId This question before all others. */
  constructor(
    private readonly tenantId: string,
    kind: Kind | null,
    firstId: string | null,
  ) {
    this.held = new HeldQuestions(tenantId, kind, firstId, this.store);
  }

  readonly subscribe = this.store.subscribe;
  readonly snapshot = this.store.snapshot;

  start(): void {
    this.held.start();
  }

  /** Gives back what was not answered. */
  stop(): void {
    this.held.stop();
    if (this.listsTimer !== undefined) this.refreshLists();
  }

  readonly lookAgain = (): void => {
    this.store.change({ phase: 'filling', error: null, gone: null });
    this.held.fill();
  };

  /** @param name What the answer is called. */
  decide(item: ReviewItem, body: DecisionBody, name: string): void {
    const attempt = crypto.randomUUID();
    const answered = this.state.answered + 1;
    this.held.leave(item);
    this.store.change({ answered, happened: work.happened(name, answered) });
    void this.inOrder(async () => {
      try {
        const operation = await patiently(() => calls.decide(this.tenantId, item, body, attempt));
        this.remember({ kind: 'decided', itemId: item.id, operationId: operation.id });
        this.follow(operation);
      } catch (error) {
        this.store.change({ answered: this.state.answered - 1 });
        this.refused(error, item, { body, name });
      }
      this.held.hasLeft(item);
    });
    this.held.fill();
  }

  /** Goes on with an answer that the service asked back about, or lets it be. */
  settle(goOn: boolean): void {
    const { conflict } = this.state;
    this.store.change({ conflict: null });
    if (conflict && goOn)
      this.decide(conflict.item, { ...conflict.body, ...conflict.members }, conflict.name);
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
      if (!last) return say(work.nothingToUndo);
      const attempt = crypto.randomUUID();
      try {
        await patiently(() => this.reverse(last, attempt));
      } catch (error) {
        if (error instanceof ApiProblem && error.isOffline) this.done.push(last);
        return complain(trouble.notUndone, messageOf(error));
      }
      if (last.kind === 'decided') this.store.change({ answered: Math.max(0, this.state.answered - 1) });
      try {
        this.held.putInFront(await patiently(() => calls.claim(this.tenantId, last.itemId)), false);
        say(work.undone);
      } catch (error) {
        say(work.undoneElsewhere, messageOf(error));
      }
      await queryClient.invalidateQueries({ predicate: everyAnswer });
    });
  }

  /** Throws ApiProblem. */
  async note(item: ReviewItem, words: string): Promise<void> {
    this.store.replace(await calls.writeNote(this.tenantId, item.id, words));
  }

  private get state(): QueueState {
    return this.store.snapshot();
  }

  private async reverse(done: Done, attempt: string): Promise<void> {
    if (done.kind === 'decided') await calls.undo(this.tenantId, done.operationId, attempt);
    if (done.kind === 'snoozed') await calls.snooze(this.tenantId, done.itemId, null);
    // Claiming takes a skip back.
  }

  private passOn(item: ReviewItem, kind: 'skipped' | 'snoozed', send: () => Promise<void>): void {
    this.held.leave(item);
    this.store.change({ happened: work[kind] });
    void this.inOrder(async () => {
      try {
        await patiently(send);
        this.remember({ kind, itemId: item.id });
      } catch (error) {
        this.refused(error, item, null);
      }
      this.held.hasLeft(item);
    });
  }

  private remember(done: Done): void {
    this.done.push(done);
    if (this.done.length > DONE_MAX) this.done.shift();
  }

  private refused(
    error: unknown,
    item: ReviewItem,
    answer: { readonly body: DecisionBody; readonly name: string } | null,
  ): void {
    const refusal = refusalOf(error, item, answer);
    this.store.change({ happened: '' });
    if (refusal.kind === 'back') {
      this.held.putInFront(refusal.item, true);
      this.store.change({ conflict: refusal.conflict });
      if (refusal.conflict) return;
    }
    complain(trouble.notTaken, refusal.message);
  }

  /** What an answer did to the questions that wait behind it, and to what the page knows of people. */
  private follow(operation: Operation): void {
    const moot = new Set([...operation.superseded_item_ids, ...operation.cancelled_item_ids]);
    const { line } = this.state;
    if (line[0] && moot.has(line[0].id)) say(trouble.moot);
    if (line.some(({ id }) => moot.has(id))) this.store.drop(moot);
    for (const { id } of this.state.line.filter((held) => operation.open_item_ids.includes(held.id)))
      void this.lookAgainAt(id);
    void queryClient.invalidateQueries({ predicate: touchedBy(operation) });
    this.listsTimer ??= window.setTimeout(() => this.refreshLists(), LISTS_MS);
  }

  private refreshLists(): void {
    window.clearTimeout(this.listsTimer);
    this.listsTimer = undefined;
    void queryClient.invalidateQueries({ predicate: listsAndFigures });
  }

  /** Should that fail, the old evidence is on the screen, and an answer to it is not taken. */
  private async lookAgainAt(id: string): Promise<void> {
    const item = await calls.getItem(this.tenantId, id).catch(() => null);
    if (item) this.store.replace(item);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
