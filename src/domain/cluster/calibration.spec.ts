import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Calibration,
  CalibrationError,
  linkageFromPair,
  linkageLogit,
  logitOf,
  pairProbability,
  parseCalibration,
  sigmoid,
} from './calibration.js';

const table = {
  pair: { slope: 20, intercept: -6, fitted_on: 'a set' },
  linkage: {
    intercept: -9,
    best: 8,
    top_mean: 6,
    centroid: 5,
    log_size: -0.5,
    centroid_log_size: 1,
    fitted_on: 'another set',
  },
};
const similarity = fc.double({ min: -1, max: 1, noNaN: true });

describe('calibration', () => {
  it('reads both figures of a pack', () => {
    const calibration = parseCalibration(table);
    expect(calibration.pair).toEqual({ slope: 20, intercept: -6, fittedOn: 'a set' });
    expect(calibration.linkage.centroidLogSize).toBe(1);
  });

  it('names every fault of a table at once', () => {
    const broken = {
      pair: { slope: 0, intercept: 'x' },
      linkage: { ...table.linkage, best: -1, fitted_on: ' ' },
    };
    const faults = (() => {
      try {
        parseCalibration(broken);
        return [];
      } catch (error) {
        return (error as CalibrationError).faults;
      }
    })();
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'pair.slope',
      'pair.intercept',
      'pair.fitted_on',
      'linkage.best',
      'linkage.fitted_on',
    ]);
  });

  it('refuses whatever is no table, and throws nothing but its own error', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        try {
          parseCalibration(anything);
        } catch (error) {
          expect(error).toBeInstanceOf(CalibrationError);
        }
      }),
    );
  });

  it('never lowers a probability when a similarity rises', () => {
    const calibration: Calibration = parseCalibration(table);
    fc.assert(
      fc.property(
        similarity,
        similarity,
        similarity,
        fc.integer({ min: 1, max: 500 }),
        similarity,
        (a, b, c, n, d) => {
          const evidence = { best: a, topMean: b, centroid: c, faceCount: n };
          const base = linkageLogit(calibration.linkage, evidence);
          for (const name of ['best', 'topMean', 'centroid'] as const) {
            const raised = linkageLogit(calibration.linkage, {
              ...evidence,
              [name]: Math.max(evidence[name], d),
            });
            expect(raised).toBeGreaterThanOrEqual(base - 1e-12);
          }
          expect(pairProbability(calibration.pair, Math.max(a, d))).toBeGreaterThanOrEqual(
            pairProbability(calibration.pair, a),
          );
        },
      ),
    );
  });

  it('gives a cluster of one face the 1:1 probability when a pack has no linkage', () => {
    const { pair } = parseCalibration({ pair: table.pair });
    const linkage = linkageFromPair(pair);
    for (const s of [-1, 0, 0.3, 0.9]) {
      const logit = linkageLogit(linkage, { best: s, topMean: s, centroid: s, faceCount: 1 });
      expect(sigmoid(logit)).toBeCloseTo(pairProbability(pair, s), 9);
    }
  });

  it('keeps log odds finite at certainty', () => {
    expect(logitOf(1)).toBe(30);
    expect(logitOf(0)).toBe(-30);
    expect(logitOf(0.5)).toBe(0);
  });
});
