// Turning, shrinking and warping rasters.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRaster, type Raster } from './raster.js';
import { fitWithin, shrinkRaster } from './shrink.js';
import { turnRaster } from './turn.js';
import { warpSimilarity } from './warp.js';

const raster = (sideMax = 24): fc.Arbitrary<Raster> =>
  fc
    .tuple(fc.integer({ min: 1, max: sideMax }), fc.integer({ min: 1, max: sideMax }))
    .chain(([width, height]) =>
      fc
        .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
        .map((data) => createRaster(width, height, data)),
    );

const bytes = ({ data }: Raster): number[] => [...data];
const meanOf = ({ data }: Raster): number => data.reduce((a, b) => a + b, 0) / data.length;

describe('turnRaster', () => {
  it('brings a pixel of the top left corner to the top right by 90 degrees clockwise', () => {
    const turned = turnRaster(createRaster(2, 1, Uint8Array.from([1, 2, 3, 4, 5, 6])), 90);
    expect([turned.width, turned.height]).toEqual([1, 2]);
    expect(bytes(turned)).toEqual([1, 2, 3, 4, 5, 6]);
    const upright = createRaster(2, 2, Uint8Array.from([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]));
    expect(bytes(turnRaster(upright, 90))).toEqual([3, 3, 3, 1, 1, 1, 4, 4, 4, 2, 2, 2]);
  });

  it('adds up: 90 + 90 = 180, 180 + 90 = 270, 270 + 90 = nothing', () => {
    fc.assert(
      fc.property(raster(), (picture) => {
        expect(turnRaster(turnRaster(picture, 90), 90)).toEqual(turnRaster(picture, 180));
        expect(turnRaster(turnRaster(picture, 180), 90)).toEqual(turnRaster(picture, 270));
        expect(turnRaster(turnRaster(picture, 270), 90)).toEqual(picture);
        expect(turnRaster(picture, 0)).toBe(picture);
      }),
    );
  });
});

describe('shrinkRaster', () => {
  it('keeps the mean of whole-number reductions within rounding', () => {
    fc.assert(
      fc.property(raster(8), fc.integer({ min: 1, max: 4 }), (small, factor) => {
        const large = createRaster(small.width * factor, small.height * factor);
        for (let i = 0; i < large.data.length; i++) large.data[i] = (i * 7919) % 256;
        expect(
          Math.abs(meanOf(shrinkRaster(large, small.width, small.height)) - meanOf(large)),
        ).toBeLessThanOrEqual(0.51);
      }),
    );
  });

  it('gives back each pixel of a picture whose pixels were doubled', () => {
    fc.assert(
      fc.property(raster(10), (picture) => {
        const doubled = createRaster(picture.width * 2, picture.height * 2);
        for (let y = 0; y < doubled.height; y++)
          for (let x = 0; x < doubled.width; x++)
            for (let c = 0; c < 3; c++)
              doubled.data[(y * doubled.width + x) * 3 + c] =
                picture.data[((y >> 1) * picture.width + (x >> 1)) * 3 + c]!;
        expect(bytes(shrinkRaster(doubled, picture.width, picture.height))).toEqual(bytes(picture));
      }),
    );
  });

  it('keeps a flat colour flat at any reduction', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (side, width, value) => {
          const flat = createRaster(60, side, new Uint8Array(60 * side * 3).fill(value));
          const small = shrinkRaster(flat, width, Math.max(1, Math.floor(side / 2)));
          expect(new Set(small.data)).toEqual(new Set([value]));
        },
      ),
    );
  });

  it('never enlarges', () => {
    expect(() => shrinkRaster(createRaster(4, 4), 5, 4)).toThrow(RangeError);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        fc.integer({ min: 1, max: 9000 }),
        fc.integer({ min: 1, max: 2000 }),
        (width, height, max) => {
          const size = fitWithin(width, height, max);
          expect(size.width).toBeLessThanOrEqual(width);
          expect(size.height).toBeLessThanOrEqual(height);
          expect(Math.max(size.width, size.height)).toBeLessThanOrEqual(max);
          expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });
});

describe('warpSimilarity', () => {
  const identity = { a: 1, b: 0, tx: 0, ty: 0 };

  it('copies under the identity, and a shift by whole pixels moves pixels and leaves black behind', () => {
    fc.assert(
      fc.property(
        raster(),
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: -5, max: 5 }),
        (picture, tx, ty) => {
          const { width, height } = picture;
          expect(bytes(warpSimilarity(picture, identity, width, height))).toEqual(bytes(picture));
          const moved = warpSimilarity(picture, { ...identity, tx, ty }, width, height);
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const inside = x - tx >= 0 && y - ty >= 0 && x - tx < width && y - ty < height;
              const from = inside ? picture.data[((y - ty) * width + x - tx) * 3] : 0;
              expect(moved.data[(y * width + x) * 3]).toBe(from);
            }
          }
        },
      ),
    );
  });

  it('turns like turnRaster when the transform is a quarter turn', () => {
    fc.assert(
      fc.property(raster(), (picture) => {
        const quarter = { a: 0, b: 1, tx: picture.height - 1, ty: 0 };
        expect(warpSimilarity(picture, quarter, picture.height, picture.width)).toEqual(
          turnRaster(picture, 90),
        );
      }),
    );
  });

  it('takes the mean of two neighbours half way between them', () => {
    const pair = createRaster(2, 1, Uint8Array.from([0, 0, 0, 200, 100, 50]));
    expect(bytes(warpSimilarity(pair, { ...identity, tx: -0.5 }, 1, 1))).toEqual([100, 50, 25]);
  });

  it('averages instead of picking single pixels where it shrinks', () => {
    const checks = createRaster(64, 64);
    for (let i = 0; i < 64 * 64; i++)
      checks.data.fill(((i % 64) + Math.floor(i / 64)) % 2 ? 255 : 0, i * 3, i * 3 + 3);
    const small = warpSimilarity(checks, { a: 0.25, b: 0, tx: -0.375, ty: -0.375 }, 16, 16);
    for (const value of small.data) expect(Math.abs(value - 127.5)).toBeLessThan(2);
  });
});
