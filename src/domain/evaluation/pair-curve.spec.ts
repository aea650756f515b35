import { describe, expect, it } from 'vitest';
import { pairCurve } from './pair-curve.js';
import { syntheticFaces } from './synthetic-faces.js';

const faces = syntheticFaces({
  seed: 3,
  people: 12,
  faces: 120,
  strangers: 10,
  unrecognisable: 8,
  hard: false,
});

describe('the curve over pairs', () => {
  it('rises with the false accepts, counts every pair of faces that show somebody, and ends with all accepted', () => {
    const curve = pairCurve(faces)!;
    expect(curve.samePairs + curve.otherPairs).toBe((130 * 129) / 2);
    for (const [i, point] of curve.points.slice(1).entries()) {
      expect(point.falseAccepts).toBeGreaterThan(curve.points[i]!.falseAccepts);
      expect(point.trueAccepts).toBeGreaterThanOrEqual(curve.points[i]!.trueAccepts);
      expect(point.similarity).toBeLessThanOrEqual(curve.points[i]!.similarity);
    }
    expect(curve.points.at(-1)!.falseAccepts).toBe(1);
    expect(curve.points.at(-1)!.trueAccepts).toBeGreaterThan(0.99);
    expect(curve.equalError).toBeGreaterThanOrEqual(0);
    expect(curve.equalError).toBeLessThan(0.1);
  });

  it('is absent without pairs of both kinds', () => {
    const alone = { ...faces, people: Int32Array.from({ length: faces.count }, (_, i) => i) };
    expect(pairCurve(alone)).toBeNull();
  });
});
