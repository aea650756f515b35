// What a row of the tables in docs/review-queue.md promises, and the cases that hold the service to it.
import { expect } from 'vitest';
import type { TestApp } from '../../harness/app.js';
import type { DecidedJson, Desk, Everything, ItemJson } from './desk.js';

/** A tenant in which a question is open. A kind adds the faces that it is about. */
export interface Asked {
  readonly at: Desk;
  readonly item: ItemJson;
}

/** One way to give an answer, once the question is open. */
export interface Posed extends Asked {
  /** Members of the request beside `decision`. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The code with which it is refused without `override`. */
  readonly refused: string | undefined;
  /** What the answer did at once. @param before All that could change, as it was. */
  holds(decided: DecidedJson, before: Everything): Promise<void>;
  /** What holds when more comes. */
  readonly later: ((decided: DecidedJson) => Promise<void>) | undefined;
}

export interface Case {
  readonly title: string;
  readonly pose: (app: TestApp) => Promise<Posed>;
}

export interface Row {
  /** "What it does" of the row, word for word: whoever changes the one is sent to the other. */
  readonly says: string;
  readonly cases: readonly Case[];
}

interface Script<Q> {
  /** What happens to the question before it is answered. */
  readonly first?: (asked: Q) => Promise<unknown>;
  readonly body?: (asked: Q) => Readonly<Record<string, unknown>>;
  readonly refused?: string;
  readonly holds: (asked: Q, decided: DecidedJson, before: Everything) => Promise<void>;
  readonly later?: (asked: Q, decided: DecidedJson) => Promise<void>;
}

/** @param ask Makes the tenant and the question. */
export const when =
  <Q extends Asked>(ask: (app: TestApp) => Promise<Q>) =>
  (title: string, { first, body, refused, holds, later }: Script<Q>): Case => ({
    title,
    async pose(app) {
      const asked = await ask(app);
      await first?.(asked);
      return {
        at: asked.at,
        item: asked.item,
        body: body?.(asked) ?? {},
        refused,
        holds: (decided, before) => holds(asked, decided, before),
        later: later && ((decided) => later(asked, decided)),
      };
    },
  });

/** For an answer that changes neither faces nor clusters nor what was said of them. */
export async function nothingChanged(
  { at, item }: Asked,
  _decided: DecidedJson,
  before: Everything,
): Promise<void> {
  const others = before.questions.filter(({ id }) => id !== item.id);
  expect(await at.everything()).toEqual({ ...before, questions: others });
}
