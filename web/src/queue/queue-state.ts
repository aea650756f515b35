// What the screens of the queue show: the questions in a reviewer's hands, and how it stands with them.
import type { ReviewItem } from '../api/client';
import type { Conflict } from './refusals';

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
  /** What the reviewer did last, in words. */
  readonly happened: string;
  /** The question that came to the front by itself, while the reviewer looked at another. */
  readonly surpriseId: string | null;
  readonly conflict: Conflict | null;
}

export class QueueStore {
  private state: QueueState = {
    line: [],
    phase: 'filling',
    error: null,
    gone: null,
    answered: 0,
    happened: '',
    surpriseId: null,
    conflict: null,
  };
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
  readonly snapshot = (): QueueState => this.state;

  change(part: Partial<QueueState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }

  /** The reviewer is done with it. */
  leave(id: string): void {
    const line = this.state.line.filter((held) => held.id !== id);
    this.change({
      line,
      conflict: null,
      gone: null,
      surpriseId: null,
      ...(line.length === 0 && { phase: 'filling' }),
    });
  }

  putInFront(item: ReviewItem, byItself: boolean): void {
    this.show([item, ...this.state.line.filter(({ id }) => id !== item.id)], byItself);
    this.change({ phase: 'ready', error: null });
  }

  append(item: ReviewItem): void {
    this.change({ line: [...this.state.line, item], phase: 'ready', error: null });
  }

  /** The same question as it is now: with a note, or with other evidence. */
  replace(item: ReviewItem): void {
    const [front] = this.state.line;
    const surprises = front?.id === item.id && front.version !== item.version;
    this.change({
      line: this.state.line.map((held) => (held.id === item.id ? item : held)),
      ...(surprises && { surpriseId: item.id }),
    });
  }

  /** Somebody else's now, or moot. */
  drop(ids: ReadonlySet<string>): void {
    this.show(
      this.state.line.filter(({ id }) => !ids.has(id)),
      true,
    );
  }

  private show(line: readonly ReviewItem[], byItself: boolean): void {
    const [before, after] = [this.state.line[0]?.id, line[0]?.id];
    const surprises = byItself && before !== undefined && after !== undefined && before !== after;
    this.change({ line, surpriseId: surprises ? after : this.state.surpriseId });
  }
}
