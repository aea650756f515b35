import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartitionMetrics } from './label-agreement.js';
import { namedAgreement, samePartition } from './partition-metrics.js';

const bcubed = (truth: readonly string[], predicted: readonly string[]): PartitionMetrics =>
  namedAgreement(truth, predicted).bcubed;

const labels = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 30 });

describe('bcubed', () => {
  it('gives the figures of a worked example', () => {
    // Clusters {a a b} and {b}: the two a are 2/3 pure, the first b 1/3, the second 1; recall 1, 1, 1/2, 1/2.
    const { precision, recall } = bcubed(['a', 'a', 'b', 'b'], ['1', '1', '1', '2']);
    expect(precision).toBeCloseTo((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4, 12);
    expect(recall).toBeCloseTo(0.75, 12);
  });

  it('is perfect for the truth itself under any names, and its precision is perfect when everybody is alone', () => {
    fc.assert(
      fc.property(labels, (truth) => {
        expect(
          bcubed(
            truth,
            truth.map((name) => `cluster ${name}`),
          ),
        ).toEqual({ precision: 1, recall: 1, f: 1 });
        expect(
          bcubed(
            truth,
            truth.map((_, i) => String(i)),
          ).precision,
        ).toBe(1);
      }),
    );
  });

  it('swaps precision and recall when truth and prediction swap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3')), { minLength: 1 }),
        (pairs) => {
          const truth = pairs.map(([person]) => person);
          const predicted = pairs.map(([, cluster]) => cluster);
          const there = bcubed(truth, predicted);
          const back = bcubed(predicted, truth);
          expect(there.precision).toBeCloseTo(back.recall, 12);
          expect(there.recall).toBeCloseTo(back.precision, 12);
        },
      ),
    );
  });

  it('refuses lists that do not match', () => {
    expect(() => bcubed(['a'], [])).toThrow(RangeError);
    expect(() => bcubed([], [])).toThrow(RangeError);
  });
});

describe('pairwise', () => {
  it('counts pairs', () => {
    // Pairs together: predicted {12 13 23}, true {12 34}: one is right.
    const { precision, recall } = namedAgreement(['a', 'a', 'b', 'b'], ['1', '1', '1', '2']).pairwise;
    expect(precision).toBeCloseTo(1 / 3, 12);
    expect(recall).toBeCloseTo(1 / 2, 12);
  });
});

describe('samePartition', () => {
  it('sees one face that moved', () => {
    expect(samePartition(['x', 'x', 'y'], ['1', '1', '2'])).toBe(true);
    expect(samePartition(['x', 'x', 'y'], ['1', '2', '2'])).toBe(false);
  });
});
