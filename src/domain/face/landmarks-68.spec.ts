import { describe, expect, it } from 'vitest';
import type { Point } from '../geometry/landmarks.js';
import { createRaster } from '../geometry/raster.js';
import { applySimilarity } from '../geometry/similarity-transform.js';
import { turnRaster, type Turn } from '../geometry/turn.js';
import { warpSimilarity } from '../geometry/warp.js';
import {
  betweenPixelCentres,
  LANDMARKS_68,
  landmarks5From68,
  MIRROR_68,
  mirrorDisagreement,
  squareAround,
} from './landmarks-68.js';

const points: Point[] = Array.from({ length: LANDMARKS_68 }, (_, i) => ({
  x: (i * 37) % 101,
  y: (i * 53) % 89,
}));

describe('68 landmarks', () => {
  it('every point has one counterpart in the mirror image, whose counterpart it is', () => {
    expect([...MIRROR_68].sort((a, b) => a - b)).toEqual(points.map((_, i) => i));
    MIRROR_68.forEach((other, i) => expect(MIRROR_68[other]).toBe(i));
  });

  it('left and right of jaw, brows, lids and mouth change places; the bridge of the nose stays', () => {
    expect([0, 17, 27, 30, 31, 33, 36, 39, 40, 48, 51, 60, 65].map((i) => MIRROR_68[i])).toEqual([
      16, 26, 27, 30, 35, 33, 45, 42, 47, 54, 51, 64, 67,
    ]);
  });

  it('gives eye centres, nose tip and mouth corners', () => {
    const five = landmarks5From68(points.map((_, i) => ({ x: i, y: 2 * i })));
    expect(five.map(({ x }) => x)).toEqual([38.5, 44.5, 30, 48, 54]);
    expect(five.map(({ y }) => y)).toEqual([77, 89, 60, 96, 108]);
  });

  it('a face and its exact mirror image do not disagree; one point 6 px off counts its share', () => {
    const mirrored: Point[] = [];
    points.forEach(({ x, y }, i) => (mirrored[MIRROR_68[i]!] = { x: 112 - x, y }));
    expect(mirrorDisagreement(points, mirrored, 112)).toBe(0);
    mirrored[30] = { x: mirrored[30]!.x + 6, y: mirrored[30]!.y };
    expect(mirrorDisagreement(points, mirrored, 112)).toBeCloseTo(Math.sqrt(36 / 68), 10);
  });
});

describe('squareAround', () => {
  const box = { x1: 20, y1: 30, x2: 60, y2: 110 };

  it.each([0, 90, 180, 270] as const)(
    'turned by %i degrees, has the centre of the box in its middle and its longer side as side',
    (turn) => {
      const square = squareAround(box, 112, turn);
      expect(applySimilarity(square, { x: 40, y: 70 })).toEqual({ x: 56, y: 56 });
      const corner = applySimilarity(square, { x: 0, y: 30 });
      const where: Record<Turn, Point> = {
        0: { x: 0, y: 0 },
        90: { x: 112, y: 0 },
        180: { x: 112, y: 112 },
        270: { x: 0, y: 112 },
      };
      expect(corner.x).toBeCloseTo(where[turn].x, 9);
      expect(corner.y).toBeCloseTo(where[turn].y, 9);
    },
  );

  it.each([0, 90, 180, 270] as const)('cuts the very pixels, turned clockwise by %i degrees', (turn) => {
    const raster = createRaster(
      8,
      8,
      Uint8Array.from({ length: 192 }, (_, i) => (i * 31) % 251),
    );
    const transform = betweenPixelCentres(squareAround({ x1: 0, y1: 0, x2: 8, y2: 8 }, 8, turn));
    expect(warpSimilarity(raster, transform, 8, 8)).toEqual(turnRaster(raster, turn));
  });
});
