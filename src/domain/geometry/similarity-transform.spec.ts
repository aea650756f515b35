// Properties of the least-squares similarity.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Point } from './landmarks.js';
import { applySimilarity, fitSimilarity, invertSimilarity, similarityScale } from './similarity-transform.js';

const coordinate = fc.double({ min: -2000, max: 2000, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
/** Five points that span at least a few px. */
const spread = fc
  .array(point, { minLength: 5, maxLength: 5 })
  .filter((points) => Math.max(...points.map((p) => Math.hypot(p.x - points[0]!.x, p.y - points[0]!.y))) > 5);
const transform = fc
  .record({
    scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    tx: coordinate,
    ty: coordinate,
  })
  .map(({ scale, angle, tx, ty }) => ({ a: scale * Math.cos(angle), b: scale * Math.sin(angle), tx, ty }));

const rms = (
  t: Parameters<typeof applySimilarity>[0],
  from: readonly Point[],
  to: readonly Point[],
): number =>
  Math.sqrt(
    from.reduce((sum, p, i) => {
      const moved = applySimilarity(t, p);
      return sum + (moved.x - to[i]!.x) ** 2 + (moved.y - to[i]!.y) ** 2;
    }, 0) / from.length,
  );

describe('fitSimilarity', () => {
  it('recovers any similarity from five moved points, with no residual', () => {
    fc.assert(
      fc.property(spread, transform, (points, t) => {
        const fit = fitSimilarity(
          points,
          points.map((p) => applySimilarity(t, p)),
        );
        expect(fit.residual).toBeLessThan(1e-6 * similarityScale(t) * 1000 + 1e-6);
        expect(fit.transform.a).toBeCloseTo(t.a, 5);
        expect(fit.transform.b).toBeCloseTo(t.b, 5);
      }),
    );
  });

  it('leaves a residual that no nearby similarity can beat', () => {
    const nudge = fc.record({
      a: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      b: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      tx: fc.double({ min: -3, max: 3, noNaN: true }),
      ty: fc.double({ min: -3, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(spread, spread, nudge, (from, to, by) => {
        const { transform: t, residual } = fitSimilarity(from, to);
        expect(residual).toBeCloseTo(rms(t, from, to), 6);
        const other = { a: t.a + by.a, b: t.b + by.b, tx: t.tx + by.tx, ty: t.ty + by.ty };
        expect(rms(other, from, to)).toBeGreaterThanOrEqual(residual - 1e-9);
      }),
    );
  });

  it('never mirrors: a mirrored face keeps a residual', () => {
    const face = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 7, y: 5 },
      { x: 2, y: 10 },
      { x: 8, y: 10 },
    ];
    const fit = fitSimilarity(
      face,
      face.map(({ x, y }) => ({ x: -x, y })),
    );
    expect(fit.residual).toBeGreaterThan(1);
  });

  it('refuses points that coincide, single points and lists of different length', () => {
    const same = [
      { x: 1, y: 1 },
      { x: 1, y: 1 },
    ];
    expect(() =>
      fitSimilarity(same, [
        { x: 0, y: 0 },
        { x: 1, y: 0 },
      ]),
    ).toThrow(RangeError);
    expect(() => fitSimilarity([{ x: 0, y: 0 }], [{ x: 0, y: 0 }])).toThrow(RangeError);
    expect(() => fitSimilarity(same, [{ x: 0, y: 0 }])).toThrow(RangeError);
  });
});

describe('invertSimilarity', () => {
  it('brings every point back', () => {
    fc.assert(
      fc.property(transform, point, (t, p) => {
        const back = applySimilarity(invertSimilarity(t), applySimilarity(t, p));
        expect(back.x).toBeCloseTo(p.x, 6);
        expect(back.y).toBeCloseTo(p.y, 6);
      }),
    );
  });
});
