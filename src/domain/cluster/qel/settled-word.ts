// What humans said, made free of contradiction: faces that must be together form units, and units that must not be together
// are noted. Where a must-link would bring the two ends of a cannot-link together, the cannot-link wins.
import type { FacePair, HumanWord } from './consolidation-input.js';

export interface SettledWord {
  /** Unit of each rank: the lowest rank that it must be together with. */
  readonly unitOf: Int32Array;
  /** Units of two or more faces, ascending. */
  readonly units: ReadonlyMap<number, readonly number[]>;
  /** Units that a human's word keeps apart, both directions. */
  readonly apart: ReadonlyMap<number, ReadonlySet<number>>;
  /** Units of clusters that humans hold, by unit: the number of the list in `HumanWord.held`. */
  readonly heldBy: ReadonlyMap<number, number>;
  /** Must-links that had to yield, by their place in the input's lists. */
  readonly refused: readonly FacePair[];
}

export function settleHumanWord(word: HumanWord, rankOf: Int32Array): SettledWord {
  const parents = rankOf.map((_, i) => i);
  const find = (rank: number): number => {
    let at = rank;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  };
  const apart = new Map<number, Set<number>>();
  for (const { a, b } of word.cannotLinks) note(apart, rankOf[a]!, rankOf[b]!);
  const heldBy = new Map<number, number>();
  const refused: FacePair[] = [];

  const join = (pair: FacePair): void => {
    const [kept, gone] = inOrder(find(rankOf[pair.a]!), find(rankOf[pair.b]!));
    if (kept === gone) return;
    const [heldKept, heldGone] = [heldBy.get(kept), heldBy.get(gone)];
    const bothHeld = heldKept !== undefined && heldGone !== undefined && heldKept !== heldGone;
    if (bothHeld || apart.get(kept)?.has(gone) === true) {
      refused.push(pair);
      return;
    }
    parents[gone] = kept;
    if (heldGone !== undefined) heldBy.set(kept, heldGone);
    heldBy.delete(gone);
    for (const other of apart.get(gone) ?? []) {
      apart.get(other)!.delete(gone);
      note(apart, kept, other);
    }
    apart.delete(gone);
  };

  // What a human confirmed as one cluster first, then single pairs by their ranks.
  const held = [...word.held.entries()]
    .map(([list, faces]) => ({ list, faces: [...faces].sort((a, b) => rankOf[a]! - rankOf[b]!) }))
    .filter(({ faces }) => faces.length > 0)
    .sort((p, q) => rankOf[p.faces[0]!]! - rankOf[q.faces[0]!]!);
  for (const { list, faces } of held) {
    for (const face of faces.slice(1)) join({ a: faces[0]!, b: face });
    for (const face of faces) {
      const unit = find(rankOf[face]!);
      if (!heldBy.has(unit)) heldBy.set(unit, list);
    }
  }
  const ordered = [...word.mustLinks].sort((p, q) => {
    const [lowP, highP] = inOrder(rankOf[p.a]!, rankOf[p.b]!);
    const [lowQ, highQ] = inOrder(rankOf[q.a]!, rankOf[q.b]!);
    return lowP - lowQ || highP - highQ;
  });
  for (const pair of ordered) join(pair);

  const units = new Map<number, number[]>();
  const unitOf = parents.map((_, rank) => find(rank));
  for (let rank = 0; rank < unitOf.length; rank++) {
    const unit = units.get(unitOf[rank]!);
    if (unit === undefined) units.set(unitOf[rank]!, [rank]);
    else unit.push(rank);
  }
  for (const [unit, ranks] of units) if (ranks.length === 1) units.delete(unit);
  return { unitOf, units, apart, heldBy, refused };
}

const inOrder = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);

function note(apart: Map<number, Set<number>>, a: number, b: number): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const set = apart.get(from);
    if (set === undefined) apart.set(from, new Set([to]));
    else set.add(to);
  }
}
