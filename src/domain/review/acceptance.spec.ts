import { describe, expect, it } from 'vitest';
import {
  acceptanceByKind,
  advisedThreshold,
  type AnswerCount,
  judgementOf,
  PROBABILITY_EDGES,
  rateOf,
  type Share,
} from './acceptance.js';

/** Shares by lower edge; nothing elsewhere. */
const bins = (shares: Readonly<Record<number, readonly [accepted: number, answered: number]>>): Share[] =>
  PROBABILITY_EDGES.map((edge) => {
    const [accepted, answered] = shares[edge] ?? [0, 0];
    return { accepted, answered };
  });

describe('judgementOf', () => {
  it.each([
    ['uncertain_assignment', 'accept', true, 'accepted'],
    ['uncertain_assignment', 'accept', false, 'refused'],
    ['uncertain_assignment', 'reject', true, 'refused'],
    ['uncertain_assignment', 'reject', false, null],
    ['uncertain_assignment', 'new_cluster', false, 'refused'],
    ['uncertain_assignment', 'not_a_face', false, null],
    ['new_cluster', 'confirm', false, 'accepted'],
    ['new_cluster', 'assign_to', false, 'refused'],
    ['new_cluster', 'ignore', false, null],
    ['new_cluster', 'dismiss', false, null],
    ['merge_suggestion', 'merge', false, 'accepted'],
    ['merge_suggestion', 'not_same', false, 'refused'],
    ['split_suggestion', 'split', false, 'refused'],
    ['split_suggestion', 'keep', false, 'accepted'],
    ['same_image_conflict', 'both', false, 'accepted'],
    ['same_image_conflict', 'neither', false, 'refused'],
    ['same_image_conflict', 'keep_one', false, null],
    ['constraint_conflict', 'take_proposal', false, 'accepted'],
    ['constraint_conflict', 'keep_human', false, 'refused'],
    ['suspect_face', 'is_face', false, null],
  ] as const)('%s: %s, naming the best: %s → %s', (kind, decision, namesBest, judgement) => {
    expect(judgementOf(kind, decision, namesBest)).toBe(judgement);
  });
});

describe('acceptanceByKind', () => {
  it('counts what judges the guess, by kind and bin', () => {
    const uncertain = { kind: 'uncertain_assignment', namesBest: true } as const;
    const counts: AnswerCount[] = [
      { ...uncertain, decision: 'accept', bin: 9, count: 3 },
      { ...uncertain, decision: 'reject', bin: 9, count: 1 },
      { ...uncertain, decision: 'not_a_face', bin: 9, count: 7 },
      { ...uncertain, decision: 'accept', bin: null, count: 2 },
      { kind: 'new_cluster', decision: 'confirm', namesBest: false, bin: 0, count: 5 },
    ];
    const [first, second] = acceptanceByKind(counts, ['new_cluster', 'uncertain_assignment']);
    expect(first).toMatchObject({ kind: 'new_cluster', accepted: 5, answered: 5 });
    expect(second).toMatchObject({ kind: 'uncertain_assignment', accepted: 5, answered: 6 });
    expect(second!.bins[9]).toEqual({ accepted: 3, answered: 4 });
    expect(rateOf(second!.bins[9]!)).toBe(0.75);
    expect(rateOf(second!.bins[8]!)).toBeNull();
  });
});

describe('advisedThreshold', () => {
  it('is the lowest edge above which people nearly always agreed', () => {
    const shares = bins({ 0.98: [400, 400], 0.95: [300, 300], 0.9: [299, 300], 0.85: [90, 100] });
    expect(advisedThreshold(shares)).toBe(0.9);
  });

  it('is null while too few have answered, whatever they said', () => {
    expect(advisedThreshold(bins({ 0.98: [599, 599] }))).toBeNull();
    expect(advisedThreshold(bins({ 0.98: [600, 600] }))).toBe(0.98);
    expect(advisedThreshold(bins({}))).toBeNull();
  });

  it('is null where the clearest cases are refused too often', () => {
    expect(advisedThreshold(bins({ 0.98: [990, 1000], 0.95: [9000, 9000] }))).toBeNull();
  });

  it('does not let a crowd of clear cases hide a bin of doubtful ones', () => {
    expect(advisedThreshold(bins({ 0.98: [100_000, 100_000], 0.5: [20, 40] }))).toBe(0.98);
  });

  it('claims nothing about a bin without answers', () => {
    expect(advisedThreshold(bins({ 0.98: [700, 700], 0.8: [300, 300] }))).toBe(0.8);
    expect(advisedThreshold(bins({ 0.8: [700, 700] }))).toBe(0.8);
  });
});
