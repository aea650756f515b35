import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationError, reliability } from './calibration-error.js';
import { agreement, orderDisagreement } from './label-agreement.js';
import { bcubed, pairwise } from './partition-metrics.js';

const labelled = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), {
  minLength: 1,
  maxLength: 40,
});

describe('agreement of numbered labels', () => {
  it('gives the same figures as the plain definition', () => {
    fc.assert(
      fc.property(labelled, (items) => {
        const truth = items.map(([person]) => person);
        const predicted = items.map(([, cluster]) => cluster);
        const fast = agreement(truth, predicted);
        const plain = bcubed(truth.map(String), predicted.map(String));
        expect(fast.bcubed.precision).toBeCloseTo(plain.precision, 12);
        expect(fast.bcubed.recall).toBeCloseTo(plain.recall, 12);
        expect(fast.pairwise.f).toBeCloseTo(pairwise(truth.map(String), predicted.map(String)).f, 12);
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
