import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationError, reliability } from './calibration-error.js';
import { agreement, orderDisagreement } from './label-agreement.js';

const labelled = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), {
  minLength: 1,
  maxLength: 40,
});

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of the items that one grouping puts with item `i`, the share that the other does too. */
function shareOfMates(groups: readonly number[], others: readonly number[], i: number): number {
  const mates = others.filter((_, j) => groups[j] === groups[i]);
  return mean(mates.map((other) => (other === others[i] ? 1 : 0)));
}

/** Of the pairs that one grouping puts together, the share that the other does too; 1 when there is none. */
function shareOfPairs(groups: readonly number[], others: readonly number[]): number {
  const pairs = groups.flatMap((a, i) =>
    groups.slice(0, i).flatMap((b, j) => (a === b ? [[i, j] as const] : [])),
  );
  return pairs.length === 0 ? 1 : mean(pairs.map(([i, j]) => (others[i] === others[j] ? 1 : 0)));
}

describe('agreement of numbered labels', () => {
  it('gives the figures of the plain definition', () => {
    fc.assert(
      fc.property(labelled, (items) => {
        const truth = items.map(([person]) => person);
        const predicted = items.map(([, cluster]) => cluster);
        const fast = agreement(truth, predicted);
        const purity = items.map((_, i) => shareOfMates(predicted, truth, i));
        const wholeness = items.map((_, i) => shareOfMates(truth, predicted, i));
        expect(fast.bcubed.precision).toBeCloseTo(mean(purity), 12);
        expect(fast.bcubed.recall).toBeCloseTo(mean(wholeness), 12);
        expect(fast.pairwise.precision).toBeCloseTo(shareOfPairs(predicted, truth), 12);
        expect(fast.pairwise.recall).toBeCloseTo(shareOfPairs(truth, predicted), 12);
      }),
    );
  });

  it('counts only what it is told to', () => {
    expect(agreement([1, 1, 2], [5, 5, 5], (item) => item < 2).bcubed.f).toBe(1);
    expect(() => agreement([1], [1], () => false)).toThrow(RangeError);
    expect(() => agreement([1], [1, 2])).toThrow(RangeError);
  });

  it('sees no disagreement between names, and some between groupings', () => {
    expect(
      orderDisagreement([
        [1, 1, 2],
        [7, 7, 3],
      ]),
    ).toBe(0);
    expect(
      orderDisagreement([
        [1, 1, 2],
        [1, 2, 2],
      ]),
    ).toBeGreaterThan(0.1);
  });
});

describe('calibration error', () => {
  it('is nothing when eight of ten things at .8 are true, and .3 when only half are', () => {
    const rated = (true_: number) =>
      Array.from({ length: 10 }, (_, i) => ({ probability: 0.8, same: i < true_ }));
    expect(calibrationError(reliability(rated(8)))).toBeCloseTo(0, 9);
    expect(calibrationError(reliability(rated(5)))).toBeCloseTo(0.3, 9);
  });
});
