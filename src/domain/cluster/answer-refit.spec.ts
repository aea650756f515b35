import { describe, expect, it } from 'vitest';
import {
  type AnswerRefit,
  AnswerRefitError,
  parseAnswerRefit,
  refitEvidence,
  refitLinkage,
  refitted,
  renderAnswerRefit,
  unrefitted,
} from './answer-refit.js';
import { linkageFromPair, linkageLogit } from './calibration.js';
import type { EvidenceCalibration } from './qel/evidence-calibration.js';
import { ratePair } from './qel/linkage-evidence.js';

const refit: AnswerRefit = {
  space: 'compact',
  by: 'linkage',
  offset: -0.75,
  slope: 0.8,
  answers: 120,
  fittedAt: '2026-11-21T10:00:00.000Z',
  previous: null,
};
const pair = { slope: 20, intercept: -6, fittedOn: 'the test' };
const pack = { pair, linkage: linkageFromPair(pair) };

describe('the refit of a tenant', () => {
  it('shifts and scales what linkage and evidence say, and can be taken out of a figure again', () => {
    const seen = { best: 0.5, topMean: 0.4, centroid: 0.45, faceCount: 7 };
    const logit = linkageLogit(pack.linkage, seen);
    const after = linkageLogit(refitLinkage(pack, refit).linkage, seen);
    expect(after).toBeCloseTo(-0.75 + 0.8 * logit, 12);
    expect(after).toBeCloseTo(refitted(refit, logit), 12);
    expect(unrefitted(refit, after)).toBeCloseTo(logit, 12);
    expect(refitLinkage(pack, refit).pair).toBe(pack.pair);

    const linkage = Float64Array.from({ length: 12 }, (_, i) => 1 - i / 7);
    const evidence = {
      linkage,
      links: { missingSimilarity: 0.1 },
      impostorMean: 0,
      gain: { intercept: 0.5, slope: 0.4, min: 0.55, max: 0.95 },
    } as EvidenceCalibration;
    const sums = { correctedCosine: 0.9, noise: 0.3, countA: 1, countB: 9 };
    const rated = (calibration: EvidenceCalibration) => ratePair(calibration, sums, [0.6, 0.5]).logit;
    expect(rated(refitEvidence(evidence, refit))).toBeCloseTo(refitted(refit, rated(evidence)), 12);
  });

  it('reads back as it was written, with the one before it', () => {
    for (const one of [refit, { ...refit, offset: 1, previous: refit }])
      expect(parseAnswerRefit(JSON.parse(JSON.stringify(renderAnswerRefit(one))))).toEqual(one);
    const deep = { ...refit, previous: { ...refit, previous: refit } };
    expect(parseAnswerRefit(renderAnswerRefit(deep))).toEqual({ ...refit, previous: refit });
    expect(parseAnswerRefit(undefined)).toBeNull();
  });

  it('names every fault of a setting', () => {
    const faults = (table: unknown): string[] => {
      try {
        parseAnswerRefit(table);
      } catch (error) {
        return (error as AnswerRefitError).faults.map(({ name }) => name);
      }
      return [];
    };
    expect(faults([])).toEqual(['']);
    expect(faults({})).toEqual(['space', 'by', 'offset', 'slope', 'answers', 'fitted_at']);
    const written = renderAnswerRefit(refit);
    expect(faults({ ...written, slope: 0 })).toEqual(['slope']);
    expect(faults({ ...written, slope: Infinity, offset: NaN })).toEqual(['offset', 'slope']);
    expect(faults({ ...written, answers: 1.5, colour: 'red' })).toEqual(['colour', 'answers']);
    expect(faults({ ...written, previous: { ...written, by: 'guess', previous: written } })).toEqual([
      'previous/by',
      'previous/previous',
    ]);
  });
});
