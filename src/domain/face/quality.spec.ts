// What a quality promises to those who act on it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRaster } from '../geometry/raster.js';
import { ARCFACE_112, alignedCrop, fitAlignment } from './align.js';
import { laplacianVariance, measureFace, rollDegrees, type FaceMeasures } from './measure-face.js';
import { assessQuality } from './quality.js';
import { QUALITY_DOUBT } from './quality-thresholds.js';

const rules = { detectionScoreWeak: 0.9, embeddingNormMin: 14 };
const good: FaceMeasures = {
  detectionScore: 0.99,
  faceSizePx: 120,
  sharpness: 200,
  yaw: 0.1,
  pitch: 0.5,
  rollDegrees: 0,
  residualPx: 2,
  outside: 0,
};
const any = fc.record({
  detectionScore: fc.double({ min: 0, max: 1, noNaN: true }),
  faceSizePx: fc.double({ min: 0, max: 4000, noNaN: true }),
  sharpness: fc.double({ min: 0, max: 5000, noNaN: true }),
  yaw: fc.double({ min: -10, max: 10 }),
  pitch: fc.double({ min: -5, max: 5 }),
  rollDegrees: fc.double({ min: -180, max: 180, noNaN: true }),
  residualPx: fc.double({ min: 0, max: 60, noNaN: true }),
  outside: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('assessQuality', () => {
  it('calls a sharp, frontal face of 120 px faultless', () => {
    expect(assessQuality(good, 24, rules)).toEqual({ quality: 1, reasons: [] });
  });

  it('is below the doubt exactly when it gives a reason, and always within 0..1', () => {
    fc.assert(
      fc.property(any, fc.double({ min: 0, max: 40, noNaN: true }), (measures, norm) => {
        const { quality, reasons } = assessQuality(measures, norm, rules);
        expect(quality).toBeGreaterThanOrEqual(0);
        expect(quality).toBeLessThanOrEqual(1);
        expect(reasons.length > 0).toBe(quality < QUALITY_DOUBT);
      }),
    );
  });

  it('never rises when one measure gets worse', () => {
    const worse: ((m: FaceMeasures, by: number) => FaceMeasures)[] = [
      (m, by) => ({ ...m, detectionScore: m.detectionScore * (1 - by) }),
      (m, by) => ({ ...m, faceSizePx: m.faceSizePx * (1 - by) }),
      (m, by) => ({ ...m, sharpness: m.sharpness * (1 - by) }),
      (m, by) => ({ ...m, yaw: m.yaw * (1 + by) }),
      (m, by) => ({ ...m, pitch: 0.5 + (m.pitch - 0.5) * (1 + by) }),
      (m, by) => ({ ...m, residualPx: m.residualPx * (1 + by) }),
      (m, by) => ({ ...m, outside: Math.min(1, m.outside * (1 + by)) }),
    ];
    fc.assert(
      fc.property(
        any,
        fc.constantFrom(...worse),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (measures, worsen, by) => {
          expect(assessQuality(worsen(measures, by), 24, rules).quality).toBeLessThanOrEqual(
            assessQuality(measures, 24, rules).quality + 1e-12,
          );
        },
      ),
    );
  });

  it.each([
    ['face_small', { faceSizePx: 15 }],
    ['face_blurred', { sharpness: 3 }],
    ['face_turned', { yaw: -1.8 }],
    ['face_turned', { pitch: 0.98 }],
    ['face_truncated', { outside: 0.5 }],
    ['detection_weak', { detectionScore: 0.8 }],
    ['alignment_poor', { residualPx: 13 }],
    ['face_turned', { yaw: Infinity }],
  ] as const)('gives %s, and only that, for %j', (reason, change) => {
    expect(assessQuality({ ...good, ...change }, 24, rules).reasons).toEqual([reason]);
  });

  it('gives embedding_weak for a short raw vector, unless the pack does not use lengths', () => {
    expect(assessQuality(good, 9, rules).reasons).toEqual(['embedding_weak']);
    expect(assessQuality(good, 9, { ...rules, embeddingNormMin: 0 }).reasons).toEqual([]);
  });

  it('takes the size in doubt from the configuration when there is one', () => {
    expect(assessQuality({ ...good, faceSizePx: 60 }, 24, { ...rules, faceSizePxMin: 80 }).reasons).toEqual([
      'face_small',
    ]);
    expect(assessQuality({ ...good, faceSizePx: 15 }, 24, { ...rules, faceSizePxMin: 10 }).reasons).toEqual(
      [],
    );
  });
});

describe('measureFace', () => {
  const at = (dx: number, dy: number, scale = 1) => {
    const [a, b, c, d, e] = ARCFACE_112.points.map(({ x, y }) => ({ x: x * scale + dx, y: y * scale + dy }));
    return {
      box: { x1: 20 * scale + dx, y1: 10 * scale + dy, x2: 92 * scale + dx, y2: 108 * scale + dy },
      landmarks: [a!, b!, c!, d!, e!] as const,
      score: 0.9,
    };
  };
  const measure = (detection: ReturnType<typeof at>, side = 300): FaceMeasures => {
    const raster = createRaster(side, side);
    const fit = fitAlignment(detection.landmarks, ARCFACE_112);
    return measureFace(detection, raster, alignedCrop(raster, fit, ARCFACE_112), fit);
  };

  it('finds the template itself frontal, level, upright and without residual', () => {
    const measures = measure(at(100, 100));
    expect(measures.yaw).toBeCloseTo(0, 1);
    expect(measures.pitch).toBeCloseTo(0.5, 1);
    expect(measures.rollDegrees).toBeCloseTo(0, 0);
    expect(measures.residualPx).toBeCloseTo(0, 6);
    expect(measures.faceSizePx).toBeCloseTo(72, 6);
    expect(measures.outside).toBe(0);
  });

  it('counts the share of a face beyond the edge of the picture', () => {
    // The face reaches from 20 to 92 px: shifted so that its middle lies on the left edge.
    expect(measure(at(-56, 100)).outside).toBeCloseTo(0.5, 1);
    expect(measure(at(-200, 100)).outside).toBe(1);
  });

  it('tells how far a face is tilted, and which way', () => {
    const [a, b, c, d, e] = at(0, 0).landmarks;
    const turned = [a, b, c, d, e].map(({ x, y }) => ({ x: -y, y: x }));
    expect(rollDegrees([turned[0]!, turned[1]!, turned[2]!, turned[3]!, turned[4]!])).toBeCloseTo(90, 0);
  });

  it('finds no sharpness in a flat picture and much in a checkerboard', () => {
    const flat = createRaster(20, 20, new Uint8Array(1200).fill(90));
    expect(laplacianVariance(flat)).toBeCloseTo(0, 3);
    const checks = createRaster(20, 20);
    for (let i = 0; i < 400; i++)
      checks.data.fill(((i % 20) + Math.floor(i / 20)) % 2 ? 255 : 0, i * 3, i * 3 + 3);
    expect(laplacianVariance(checks)).toBeGreaterThan(10_000);
  });
});
