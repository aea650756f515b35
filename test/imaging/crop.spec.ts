// Crops show the region that was asked for, upright, no larger than asked.
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { turnRaster } from '../../src/domain/geometry/turn.js';
import type { Raster } from '../../src/domain/geometry/raster.js';
import { planCrop } from '../../src/imaging/crop-region.js';
import { ImageDecoder } from '../../src/imaging/image-decoder.js';
import { errorOf, largePhoto, LIMITS, meanDifference, onDisk, photo } from './pictures.js';

const decoder = new ImageDecoder(LIMITS);
afterAll(() => decoder.close());

const decoded = async (jpeg: Uint8Array): Promise<Raster> => {
  const { data, info } = await sharp(jpeg).raw().toUint8Array();
  return { width: info.width, height: info.height, data };
};
const BOX = { x1: 100, y1: 60, x2: 160, y2: 140 };
const WHOLE_BOX = { marginRatio: 0, sizePx: 1000 };

it('a crop is a JPEG of exactly the region', async () => {
  const path = await onDisk(await photo().png().toBuffer());
  const jpeg = await decoder.crop(path, await decoder.inspect(path), BOX, WHOLE_BOX);
  expect((await sharp(jpeg).metadata()).format).toBe('jpeg');
  const { data } = await photo().extract({ left: 100, top: 60, width: 60, height: 80 }).raw().toUint8Array();
  expect(meanDifference(await decoded(jpeg), { width: 60, height: 80, data })).toBeLessThan(4);
});

it('the region is one of the upright picture', async () => {
  const plain = await onDisk(await photo().png().toBuffer());
  const expected = await decoded(await decoder.crop(plain, await decoder.inspect(plain), BOX, WHOLE_BOX));
  const lying = sharp(await photo().png().toBuffer())
    .rotate(270)
    .withMetadata({ orientation: 6 });
  const path = await onDisk(await lying.png().toBuffer());
  const jpeg = await decoder.crop(path, await decoder.inspect(path), BOX, WHOLE_BOX);
  expect(meanDifference(await decoded(jpeg), expected)).toBeLessThan(1);
});

it('a turn is applied after the cut', async () => {
  const path = await onDisk(await photo().png().toBuffer());
  const header = await decoder.inspect(path);
  const plain = await decoded(await decoder.crop(path, header, BOX, WHOLE_BOX));
  const turned = await decoded(await decoder.crop(path, header, BOX, { ...WHOLE_BOX, turn: 90 }));
  expect(meanDifference(turned, turnRaster(plain, 90))).toBeLessThan(4);
});

it('a large face is scaled down while it is read, and shows the same', async () => {
  const path = await onDisk(await largePhoto());
  const header = await decoder.inspect(path);
  const box = { x1: 1250, y1: 750, x2: 2000, y2: 1750 };
  const crop = await decoded(await decoder.crop(path, header, box, { marginRatio: 0, sizePx: 200 }));
  expect([crop.width, crop.height]).toEqual([150, 200]);
  const { data } = await sharp(path)
    .extract({ left: 1250, top: 750, width: 750, height: 1000 })
    .toBuffer()
    .then((region) => sharp(region).resize(150, 200, { fit: 'fill' }).raw().toUint8Array());
  expect(meanDifference(crop, { width: 150, height: 200, data })).toBeLessThan(6);
});

it('shows the same, however much it is scaled', async () => {
  const path = await onDisk(await largePhoto());
  const header = await decoder.inspect(path);
  const box = { x1: 1250, y1: 750, x2: 2000, y2: 1750 };
  const region = await sharp(path).extract({ left: 1250, top: 750, width: 750, height: 1000 }).toBuffer();
  for (const sizePx of [1000, 640, 340, 320, 96]) {
    const crop = await decoded(await decoder.crop(path, header, box, { marginRatio: 0, sizePx }));
    const { width, height } = crop;
    expect(height).toBe(sizePx);
    const { data } = await sharp(region).resize(width, height, { fit: 'fill' }).raw().toUint8Array();
    expect(meanDifference(crop, { width, height, data }), `${sizePx} px`).toBeLessThan(6);
  }
});

it('carries no metadata of the photo', async () => {
  const path = await onDisk(
    await photo()
      .withExif({ IFD0: { Copyright: 'somebody' } })
      .jpeg()
      .toBuffer(),
  );
  const { exif, xmp, iptc } = await sharp(
    await decoder.crop(path, await decoder.inspect(path), BOX, WHOLE_BOX),
  ).metadata();
  expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined]);
});

it('a region outside the picture is unavailable', async () => {
  const path = await onDisk(await photo().png().toBuffer());
  const outside = { x1: 400, y1: 10, x2: 450, y2: 60 };
  const work = decoder.crop(path, await decoder.inspect(path), outside, WHOLE_BOX);
  expect(await errorOf(work)).toMatchObject({ code: 'crop.unavailable' });
});

describe('the plan of any crop', () => {
  const plans = fc.record({
    width: fc.integer({ min: 1, max: 9000 }),
    height: fc.integer({ min: 1, max: 9000 }),
    x: fc.double({ min: 0, max: 0.999, noNaN: true }),
    y: fc.double({ min: 0, max: 0.999, noNaN: true }),
    w: fc.double({ min: 0.001, max: 1.5, noNaN: true }),
    h: fc.double({ min: 0.001, max: 1.5, noNaN: true }),
    marginRatio: fc.double({ min: 0, max: 3, noNaN: true }),
    sizePx: fc.integer({ min: 1, max: 2000 }),
  });

  it('lies inside the scaled picture, is not empty, not above the size, and never enlarges', () => {
    fc.assert(
      fc.property(plans, ({ width, height, x, y, w, h, marginRatio, sizePx }) => {
        const box = { x1: x * width, y1: y * height, x2: (x + w) * width, y2: (y + h) * height };
        const plan = planCrop({ width, height }, box, { marginRatio, sizePx });
        const { left, top, width: columns, height: rows } = plan.region;
        expect(columns).toBeGreaterThanOrEqual(1);
        expect(rows).toBeGreaterThanOrEqual(1);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(left + columns).toBeLessThanOrEqual(plan.width);
        expect(top + rows).toBeLessThanOrEqual(plan.height);
        expect(Math.max(columns, rows)).toBeLessThanOrEqual(sizePx);
        expect(plan.width).toBeLessThanOrEqual(width);
        expect(plan.height).toBeLessThanOrEqual(height);
        const { source } = plan;
        expect(Math.min(source.left, source.top)).toBeGreaterThanOrEqual(0);
        expect(Math.min(source.width, source.height)).toBeGreaterThanOrEqual(1);
        expect(source.left + source.width).toBeLessThanOrEqual(width);
        expect(source.top + source.height).toBeLessThanOrEqual(height);
      }),
      { numRuns: 2000 },
    );
  });
});
