import { describe, expect, it } from 'vitest';
import { OFFSET_MAX, SLOPE_RANGE } from '../cluster/answer-refit.js';
import { sigmoid } from '../cluster/calibration.js';
import { ANSWERS_EACH_MIN, fitAnswers, fitPlatt, type RatedAnswer } from './fit-answers.js';
import { seededRandom } from './seeded-random.js';

/** Answers of a tenant whose true log odds are offset + slope · those of the pack, asked about between .1 and .9. */
function answersOf(count: number, offset: number, slope: number, seed: number): RatedAnswer[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const logit = (random.uniform() - 0.5) * 4.4;
    return { logit, same: random.uniform() < sigmoid(offset + slope * logit) };
  });
}

describe('offset and slope of a tenant', () => {
  it('are not fitted to a few answers, nor to answers of one kind', () => {
    expect(fitAnswers([])).toEqual({ kind: 'too_few', same: 0, other: 0 });
    const few = ANSWERS_EACH_MIN - 1;
    const answers = [...Array(500).keys()].map((i) => ({ logit: 0, same: i < few }));
    expect(fitAnswers(answers)).toEqual({ kind: 'too_few', same: few, other: 500 - few });
  });

  it('are found where the tenant differs from the pack, and foretell answers better', () => {
    const fit = fitAnswers(answersOf(500, -1.2, 0.7, 1));
    expect(fit.kind).toBe('fitted');
    if (fit.kind !== 'fitted') return;
    expect(fit.offset).toBeCloseTo(-1.2, 0);
    expect(fit.slope).toBeGreaterThan(0.45);
    expect(fit.slope).toBeLessThan(0.95);
    expect(fit.heldOut.after).toBeLessThan(fit.heldOut.before - 0.05);
    expect(fit.after.calibrationError).toBeLessThan(fit.before.calibrationError / 2);
  });

  it('hardly ever replace a pack that is right, and then by nearly nothing', () => {
    let replaced = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const fit = fitAnswers(answersOf(120, 0, 1, seed));
      if (fit.kind !== 'fitted') continue;
      replaced++;
      expect(Math.abs(fit.offset)).toBeLessThan(1);
    }
    expect(replaced).toBeLessThan(30);
  });

  it('stay near the pack with few answers, and within their bounds whatever is answered', () => {
    const few = fitPlatt([{ logit: 1, same: false }]);
    expect(Math.abs(few.offset)).toBeLessThan(0.8);
    expect(few.slope).toBeGreaterThan(0.6);
    for (const turned of [1, -1]) {
      const separable = [...Array(2000).keys()].map((i) => ({
        logit: ((i % 100) - 50) / 20,
        same: turned * ((i % 100) - 50) > 0,
      }));
      const { offset, slope } = fitPlatt(separable);
      expect(Math.abs(offset)).toBeLessThanOrEqual(OFFSET_MAX);
      expect(slope).toBeGreaterThanOrEqual(SLOPE_RANGE.min);
      expect(slope).toBeLessThanOrEqual(SLOPE_RANGE.max);
    }
  });
});
