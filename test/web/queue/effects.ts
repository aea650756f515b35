// What an answer must have done, as the service tells it afterwards; and how a reviewer gives it by keyboard.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ItemJson } from '../every-kind.js';
import type { Gallery, Reviewing } from './reviewing.js';

export interface Seen {
  /** As it is stored now. */
  readonly item: ItemJson;
  /** As it was asked. */
  readonly asked: ItemJson;
  readonly before: Gallery;
  readonly after: Gallery;
  readonly at: Reviewing;
}

export interface Way {
  readonly by: string;
  readonly act: (page: Page) => Promise<void>;
  readonly effect: (seen: Seen) => void | Promise<void>;
}

const keys =
  (...pressed: readonly string[]) =>
  async (page: Page): Promise<void> => {
    for (const key of pressed) await page.keyboard.press(key);
  };
export const way = (pressed: string, effect: Way['effect']): Way => ({
  by: pressed,
  act: keys(...pressed.split(' ')),
  effect,
});
export const named = (name: string, effect: Way['effect']): Way => ({
  by: `l ${name} Enter`,
  act: async (page) => {
    await page.keyboard.press('l');
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
  },
  effect,
});

interface Part {
  readonly face_ids: readonly string[];
}
interface Side extends Part {
  readonly cluster_id: string;
}
/** The evidence as the screens read it; a member of another kind is undefined. */
export const shown = ({ evidence }: ItemJson) =>
  evidence as unknown as Part & {
    face_id: string;
    own_cluster_id: string;
    cluster_id: string;
    nearest: { cluster_id: string }[];
    candidates: Side[];
    clusters: [Side, Side];
    groups: Part[];
    stays: Part;
    faces: [{ face_id: string }, { face_id: string }];
    image_ids: [string, string];
    matching_faces: [string, string][];
    proposal: Part & { label: string };
  };

export const nothing = ({ before, after }: Seen): void => expect(after).toEqual(before);
export const moved = (to: (asked: ItemJson) => string, faces: (asked: ItemJson) => readonly string[]) => {
  return ({ asked, after }: Seen): void => {
    for (const id of faces(asked))
      expect(after.faces[id]).toEqual({ cluster_id: to(asked), state: 'active', locked: true });
  };
};
export const noFaces =
  (faces: (asked: ItemJson) => readonly string[]) =>
  ({ asked, after }: Seen): void => {
    for (const id of faces(asked)) expect(after.faces[id]).toMatchObject({ state: 'dismissed' });
  };
export const becomes =
  (member: 'cluster_id' | 'own_cluster_id', expected: Record<string, unknown>) =>
  ({ asked, after }: Seen): void => {
    const id = member === 'cluster_id' ? asked.subject.cluster_id! : shown(asked).own_cluster_id;
    expect(after.clusters[id]).toMatchObject(expected);
  };
export const apart =
  (faces: (asked: ItemJson) => readonly string[]) =>
  async ({ asked, at }: Seen): Promise<void> => {
    for (const id of faces(asked)) expect(await at.constraints(id)).toContain('cannot_link');
  };
export const both =
  (...effects: readonly Way['effect'][]) =>
  async (seen: Seen): Promise<void> => {
    for (const effect of effects) await effect(seen);
  };
export const dismissed = both(nothing, ({ item }) => expect(item.state).toBe('dismissed'));

export const theFaces = (asked: ItemJson) => shown(asked).face_ids;
export const theFace = (asked: ItemJson) => [shown(asked).face_id];
export const theTwo = (asked: ItemJson) => shown(asked).faces.map(({ face_id }) => face_id);
export const candidate = (i: number) => (asked: ItemJson) => shown(asked).candidates[i]!.cluster_id;

/** One of the two holds the place, the other is kept apart from it. */
export const keepsOne = (kept: 0 | 1): Way['effect'] =>
  both(
    moved(
      (asked) => asked.subject.cluster_id!,
      (asked) => [theTwo(asked)[kept]!],
    ),
    ({ asked, after }) =>
      expect(after.faces[theTwo(asked)[1 - kept]!]!.cluster_id).not.toBe(asked.subject.cluster_id),
    apart((asked) => [theTwo(asked)[1 - kept]!]),
  );

/** Gerda's first photo was looked at by a human, its copy was not: only the first has something to hand on. */
export const holdsFor = (kept: 0 | 1): Way['effect'] => {
  return (seen) => {
    const pair = shown(seen.asked).matching_faces[0]!;
    if (!seen.before.faces[pair[kept]]!.locked) return nothing(seen);
    expect(seen.before.faces[pair[1 - kept]!]!.locked).toBe(false);
    const place = seen.after.faces[pair[kept]]!.cluster_id;
    expect(seen.after.faces[pair[1 - kept]!]).toMatchObject({ cluster_id: place, locked: true });
  };
};

/** The faces that were shown stay and are locked. */
export const lockedInPlace = moved((asked) => asked.subject.cluster_id!, theFaces);
