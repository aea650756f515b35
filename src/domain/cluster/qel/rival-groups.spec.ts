import { describe, expect, it } from 'vitest';
import { emptyStatistics } from './cluster-statistics.js';
import { agglomerate } from './agglomerate.js';
import { type FaceGroup, type FaceGroups, keepApart, newGroup } from './face-group.js';
import { rivalCost } from './rival-groups.js';

/** Groups 0, 1, 2, … of one face each, with the log odds of their pairs; a pair that is not named has no link. */
function table(logits: Readonly<Record<string, number>>): {
  readonly groups: FaceGroups;
  readonly rate: (a: FaceGroup, b: FaceGroup) => number;
} {
  const groups: FaceGroups = new Map();
  const at = (id: number): FaceGroup => {
    const group = groups.get(id) ?? newGroup(id, emptyStatistics(1), [id]);
    groups.set(id, group);
    return group;
  };
  for (const pair of Object.keys(logits)) {
    if (pair.includes('+')) continue;
    const [a, b] = pair.split(' ').map((id) => at(Number(id))) as [FaceGroup, FaceGroup];
    a.links.set(b.id, []);
    b.links.set(a.id, []);
  }
  // Grown groups are named by their members; those that are not have the worst of their members' pairs.
  const nameOf = ({ members }: FaceGroup): string => [...members].sort().join('+');
  const worst = (a: FaceGroup, b: FaceGroup): number =>
    Math.min(
      ...a.members.flatMap((x) => b.members.map((y) => logits[`${Math.min(x, y)} ${Math.max(x, y)}`] ?? -9)),
    );
  const rate = (a: FaceGroup, b: FaceGroup): number =>
    logits[[nameOf(a), nameOf(b)].sort().join(' ')] ?? worst(a, b);
  return { groups, rate };
}

function costOf(logits: Readonly<Record<string, number>>): number {
  const { groups, rate } = table(logits);
  return rivalCost(groups, groups.get(0)!, groups.get(1)!, rate);
}

/** The groups that are left, by their members. */
function joined(logits: Readonly<Record<string, number>>, stop: number, againstRivals: boolean): string[] {
  const { groups, rate } = table(logits);
  agglomerate(groups, { rate, stop, againstRivals });
  return [...groups.values()].map(({ members }) => [...members].sort().join('+')).sort();
}

describe('a rival', () => {
  it('takes from a pair what it has itself, when it is not the other of the pair', () => {
    expect(costOf({ '0 1': 3, '0 2': 2, '1 2': -20 })).toBeCloseTo(Math.log(1 + Math.E ** 2), 6);
    expect(costOf({ '0 1': 3, '0 2': 2 })).toBeCloseTo(Math.log(1 + Math.E ** 2), 6);
  });

  it('costs the same on either side of the pair', () => {
    expect(costOf({ '0 1': 1, '0 2': 2, '1 2': -3 })).toBe(costOf({ '0 1': 1, '0 2': -3, '1 2': 2 }));
  });

  it('costs nothing when it is neither of them, or another part of the same person', () => {
    expect(costOf({ '0 1': 3 })).toBe(0);
    expect(costOf({ '0 1': 3, '0 2': -20, '1 2': -20 })).toBeCloseTo(0, 6);
    expect(costOf({ '0 1': 3, '0 2': 4, '1 2': 4 })).toBe(0);
    expect(costOf({ '0 1': 3, '0 2': 900, '1 2': 900 })).toBe(0);
  });

  it('counts once, however many there are', () => {
    const one = costOf({ '0 1': 3, '0 2': 2 });
    expect(costOf({ '0 1': 3, '0 2': 2, '0 3': 2, '0 4': 1 })).toBe(one);
  });

  it('is one for certain where a human has said that it is not the other, and none that a human keeps away', () => {
    const { groups, rate } = table({ '0 1': 3, '0 2': 4, '1 2': 4 });
    const [a, b, c] = [0, 1, 2].map((id) => groups.get(id)!) as [FaceGroup, FaceGroup, FaceGroup];
    keepApart(b, c);
    expect(rivalCost(groups, a, b, rate)).toBeCloseTo(Math.log(1 + Math.E ** 4), 6);
    keepApart(a, c);
    expect(rivalCost(groups, a, b, rate)).toBe(0);
  });
});

describe('joining few faces', () => {
  it('needs its own log odds with fewer than five pairs of faces between two groups, and those of all from five on', () => {
    for (const [faces, left] of [
      [4, ['0', '1+2+3+4']],
      [5, ['0+1+2+3+4+5']],
    ] as const) {
      const { groups } = table({ '0 1': 1.5 });
      const other = groups.get(1)!;
      for (let id = 2; id <= faces; id++) other.members.push(id);
      agglomerate(groups, { rate: () => 1.5, stop: 1, stopOfFew: 2 });
      expect([...groups.values()].map(({ members }) => [...members].sort().join('+')).sort()).toEqual(left);
    }
  });
});

describe('joining against rivals', () => {
  it('joins neither of two that fit one group alike and are not one person, and both without the rule', () => {
    const logits = { '0 1': 1.8, '0 2': 1.6, '1 2': -1 };
    expect(joined(logits, 1, true)).toEqual(['0', '1', '2']);
    expect(joined(logits, 1, false)).toEqual(['0+1', '2']);
  });

  it('joins the one that leads clearly', () => {
    expect(joined({ '0 1': 5, '0 2': 1.6, '1 2': -1 }, 1, true)).toEqual(['0+1', '2']);
  });

  it('comes back to a pair when its rival has found its place', () => {
    // 0 could be 1 or 2, until 3 and 4 are one group, which takes 2 in.
    const logits = { '0 1': 3, '0 2': 2.8, '2 3': 1, '3 4': 2.5, '2 3+4': 4 };
    expect(joined(logits, 0.5, true)).toEqual(['0+1', '2+3+4']);
  });
});
