import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { syntheticFaces } from '../../evaluation/synthetic-faces.js';
import { CalibrationError } from '../calibration.js';
import { averageLogit } from './average-evidence.js';
import { BEST_LINKS, joinLinks, noteLink } from './best-links.js';
import {
  parseEvidenceCalibration,
  renderEvidenceCalibration,
  requireCalibrationOf,
} from './calibration-file.js';
import {
  addFace,
  addStatistics,
  copyStatistics,
  correctedCosine,
  cosineNoise,
  emptyStatistics,
  removeFace,
} from './cluster-statistics.js';
import { faceWeight, gainOf, gateReason } from './face-weight.js';
import { MergeQueue } from './merge-queue.js';
import { representatives } from './representatives.js';

const file = new URL('../../../../calibrations/synthetic.json', import.meta.url);
const document = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const calibration = parseEvidenceCalibration(document);

const faces = syntheticFaces({
  seed: 7,
  people: 6,
  faces: 240,
  strangers: 0,
  unrecognisable: 20,
  hard: false,
});
const embedding = (face: number): Float32Array =>
  faces.embeddings.subarray(face * faces.width, (face + 1) * faces.width);
const some = (person: number, from: number, count: number) => {
  const statistics = emptyStatistics(faces.width);
  const members = Array.from(faces.people.keys()).filter(
    (face) => faces.people[face] === person && faces.kinds[face] === 'person',
  );
  for (const face of members.slice(from, from + count))
    addFace(statistics, embedding(face), faceWeight(calibration.gain, faces.qualities[face]!));
  return statistics;
};

describe('corrected cosine', () => {
  it('is about 1 for one person and about 0 for two, whatever the sizes', () => {
    for (const [sizeA, sizeB] of [
      [1, 1],
      [1, 12],
      [10, 10],
    ] as const) {
      const a = some(0, 0, sizeA);
      const same = some(0, 20, sizeB);
      const other = some(1, 0, sizeB);
      const noise = Math.sqrt(cosineNoise(a, same) / 278);
      expect(Math.abs(correctedCosine(a, same, calibration.impostorMean) - 1)).toBeLessThan(0.25 + 4 * noise);
      expect(Math.abs(correctedCosine(a, other, calibration.impostorMean))).toBeLessThan(0.1 + 4 * noise);
    }
  });

  it('has less noise the more faces there are', () => {
    expect(cosineNoise(some(0, 0, 10), some(0, 10, 10))).toBeLessThan(
      cosineNoise(some(0, 0, 2), some(0, 10, 2)),
    );
  });

  it('adds and takes away', () => {
    const joined = some(0, 0, 3);
    addStatistics(joined, some(0, 3, 2));
    expect(joined.count).toBe(5);
    expect(joined.precision).toBeCloseTo(some(0, 0, 5).precision, 9);
    const back = copyStatistics(joined);
    const weight = faceWeight(calibration.gain, 0.7);
    addFace(back, embedding(9), weight);
    removeFace(back, embedding(9), weight);
    expect(back.weight).toBeCloseTo(joined.weight, 9);
    for (let i = 0; i < faces.width; i++) expect(back.sum[i]).toBeCloseTo(joined.sum[i]!, 5);
  });
});

describe('evidence 1', () => {
  it('never falls when the corrected cosine rises between 0 and the mean of one person', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        (x, y, v) => {
          const [low, high] = [Math.min(x, y), Math.max(x, y)].map(
            (c) => c * calibration.average.sameMean,
          ) as [number, number];
          expect(averageLogit(calibration, high, v)).toBeGreaterThanOrEqual(
            averageLogit(calibration, low, v) - 1e-9,
          );
        },
      ),
    );
  });
});

describe('weights and gate', () => {
  it('trusts a clearer face more and stays within the bounds', () => {
    expect(gainOf(calibration.gain, 0)).toBe(calibration.gain.min);
    expect(gainOf(calibration.gain, 5)).toBe(calibration.gain.max);
    expect(faceWeight(calibration.gain, 0.9).precision).toBeGreaterThan(
      faceWeight(calibration.gain, 0.6).precision,
    );
  });

  it('lets no face found anything that is blurred or shows nobody', () => {
    const nobody = faces.kinds.indexOf('unrecognisable');
    expect(gateReason(calibration, 0.9, embedding(nobody))).toBe('unrecognisable');
    expect(gateReason(calibration, 0.1, embedding(0))).toBe('low_quality');
    expect(gateReason(calibration, 0.9, embedding(0))).toBeNull();
  });
});

describe('best links', () => {
  const cosine = fc.double({ min: -1, max: 1, noNaN: true });

  it('keeps the five closest in order, in whatever order they come and however lists are joined', () => {
    fc.assert(
      fc.property(fc.array(cosine, { maxLength: 20 }), fc.array(cosine, { maxLength: 20 }), (p, q) => {
        const a: number[] = [];
        const b: number[] = [];
        for (const s of p) noteLink(a, s);
        for (const s of q) noteLink(b, s);
        const expected = [...p, ...q].sort((x, y) => y - x).slice(0, BEST_LINKS);
        expect(joinLinks(a, b)).toEqual(expected);
      }),
    );
  });
});

describe('merge queue', () => {
  it('serves the best first and equals by the lower ids, whatever came first', () => {
    const merge = fc.record({
      logit: fc.integer({ min: 0, max: 3 }),
      low: fc.integer({ min: 0, max: 5 }),
      high: fc.integer({ min: 6, max: 11 }),
    });
    fc.assert(
      fc.property(fc.array(merge, { maxLength: 40 }), (merges) => {
        const queue = new MergeQueue();
        for (const one of merges) queue.push({ ...one, lowVersion: 0, highVersion: 0 });
        const served: string[] = [];
        for (let next = queue.pop(); next; next = queue.pop())
          served.push(`${next.logit} ${next.low} ${next.high}`);
        const sorted = [...merges].sort((a, b) => b.logit - a.logit || a.low - b.low || a.high - b.high);
        expect(served).toEqual(sorted.map((one) => `${one.logit} ${one.low} ${one.high}`));
      }),
    );
  });
});

describe('representatives', () => {
  it('are all faces of a small cluster, and of a large one the clearest and a sample', () => {
    expect(representatives([3, 5, 9], () => 0.5)).toEqual([3, 5, 9]);
    const many = Array.from({ length: 500 }, (_, i) => i);
    const chosen = representatives(many, (rank) => rank / 500);
    expect(chosen).toEqual([...many.slice(0, 24), ...many.slice(476)]);
  });
});

describe('calibration file', () => {
  it('reads back as it was written', () => {
    const again = parseEvidenceCalibration(JSON.parse(renderEvidenceCalibration(calibration)));
    expect(again).toEqual(calibration);
  });

  it('joins carefully where the file is older than the figure, and refuses one out of bounds', () => {
    const { join_log_odds_min: _, ...older } = document;
    expect(parseEvidenceCalibration(older).joinLogOddsMin).toBe(3);
    expect(parseEvidenceCalibration({ ...document, join_log_odds_min: 1.5 }).joinLogOddsMin).toBe(1.5);
    for (const wrong of [-1, 21, '2', Number.NaN])
      expect(() => parseEvidenceCalibration({ ...document, join_log_odds_min: wrong })).toThrow(
        /join_log_odds_min must be a number from 0 to 20/,
      );
  });

  it('joins few faces like many where the file does not name a figure for them, and refuses one out of bounds', () => {
    const { join_log_odds_min_of_few: _, ...older } = document;
    expect(parseEvidenceCalibration(older).joinLogOddsMinOfFew).toBeNull();
    const named = parseEvidenceCalibration({ ...document, join_log_odds_min_of_few: 2 });
    expect(named.joinLogOddsMinOfFew).toBe(2);
    expect(JSON.parse(renderEvidenceCalibration(named))).toMatchObject({ join_log_odds_min_of_few: 2 });
    for (const wrong of [-1, 21, '2', Number.NaN])
      expect(() => parseEvidenceCalibration({ ...document, join_log_odds_min_of_few: wrong })).toThrow(
        /join_log_odds_min_of_few must be a number from 0 to 20/,
      );
  });

  it('names every fault at once', () => {
    const broken = {
      ...document,
      format: 'other',
      gain: { ...(document['gain'] as object), slope: -1, max: 2 },
      linkage: [1, 2],
      average: undefined,
    };
    const faults = (() => {
      try {
        parseEvidenceCalibration(broken);
        return [];
      } catch (error) {
        return (error as CalibrationError).faults;
      }
    })();
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'format',
      'average',
      'gain.slope',
      'gain.max',
      'linkage',
    ]);
  });

  it('is refused for another space, other weights, and another width', () => {
    const own = { ...calibration, space: 'one', recogniserSha256: 'a'.repeat(64) };
    const maker = { space: 'one', recogniserSha256: 'a'.repeat(64), width: own.unrecognisable.length };
    expect(() => requireCalibrationOf(own, maker)).not.toThrow();
    for (const other of [{ space: 'two' }, { recogniserSha256: 'b'.repeat(64) }, { width: 128 }])
      expect(() => requireCalibrationOf(own, { ...maker, ...other })).toThrow(CalibrationError);
    expect(() => requireCalibrationOf({ ...own, recogniserSha256: null }, maker)).toThrow(CalibrationError);
  });

  it('refuses whatever is no calibration, and throws nothing but its own error', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(() => parseEvidenceCalibration(anything)).toThrow(CalibrationError);
      }),
    );
  });
});
