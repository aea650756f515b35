import { describe, expect, it } from 'vitest';
import { laplacianVariance } from '../face/measure-face.js';
import { createRaster, type Raster } from '../geometry/raster.js';
import { damageFace, DAMAGES } from './damage-face.js';

const WIDTH = 120;
const HEIGHT = 100;
const face = { x1: 50, y1: 40, x2: 70, y2: 60 };

function noise(): Raster {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => ((i * 2654435761) >>> 13) & 255);
  return createRaster(WIDTH, HEIGHT, data);
}

function part({ width, data }: Raster, x1: number, y1: number, x2: number, y2: number): Raster {
  const rows: number[] = [];
  for (let y = y1; y < y2; y++) rows.push(...data.subarray((y * width + x1) * 3, (y * width + x2) * 3));
  return createRaster(x2 - x1, y2 - y1, Uint8Array.from(rows));
}

const alike = (a: Raster, b: Raster): boolean => Buffer.from(a.data).equals(b.data);

describe('damaging a face', () => {
  it.each(DAMAGES)(
    '%s takes the detail of the face away and leaves the rest and the original alone',
    (damage) => {
      const before = noise();
      const damaged = damageFace(before, face, damage);
      expect(alike(before, noise())).toBe(true);
      const inside = (raster: Raster): number => laplacianVariance(part(raster, 50, 40, 70, 60));
      expect(inside(damaged)).toBeLessThan(inside(before) / 10);
      expect(alike(part(damaged, 0, 0, WIDTH, 20), part(before, 0, 0, WIDTH, 20))).toBe(true);
      expect(alike(part(damaged, 0, 80, WIDTH, HEIGHT), part(before, 0, 80, WIDTH, HEIGHT))).toBe(true);
    },
  );

  it.each(DAMAGES)('%s takes a face that reaches beyond the picture, or lies outside it', (damage) => {
    const before = noise();
    expect(alike(damageFace(before, { x1: -30, y1: -20, x2: 40, y2: 500 }, damage), before)).toBe(false);
    expect(alike(damageFace(before, { x1: 500, y1: 500, x2: 540, y2: 560 }, damage), before)).toBe(true);
  });
});
