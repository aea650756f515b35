// Every format and every kind of pixel that a photo may have.
import sharp, { type Sharp } from 'sharp';
import { afterAll, expect, it } from 'vitest';
import type { Raster } from '../../src/domain/geometry/raster.js';
import { ImageDecoder } from '../../src/imaging/image-decoder.js';
import { LIMITS, meanDifference, onDisk, photo, photoRaster } from './pictures.js';

const decoder = new ImageDecoder(LIMITS);
afterAll(() => decoder.close());

/** What the photo looks like without colour, as RGB. */
const greyRaster = async (): Promise<Raster> => {
  const { data } = await photo().greyscale().raw().toUint8Array();
  return {
    width: 320,
    height: 240,
    data: Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]!),
  };
};

interface Case {
  readonly title: string;
  readonly contentType: string;
  readonly write: (p: Sharp) => Sharp;
  readonly grey?: boolean;
  /** Mean difference that the format itself may cost, of 255. */
  readonly loss: number;
}
const CASES: readonly Case[] = [
  { title: 'JPEG', contentType: 'image/jpeg', write: (p) => p.jpeg({ quality: 95 }), loss: 4 },
  {
    title: 'progressive JPEG',
    contentType: 'image/jpeg',
    write: (p) => p.jpeg({ quality: 95, progressive: true }),
    loss: 4,
  },
  {
    title: 'grey JPEG',
    contentType: 'image/jpeg',
    write: (p) => p.greyscale().jpeg({ quality: 95 }),
    grey: true,
    loss: 4,
  },
  {
    title: 'CMYK JPEG',
    contentType: 'image/jpeg',
    write: (p) => p.toColourspace('cmyk').jpeg({ quality: 95 }),
    loss: 14,
  },
  { title: 'PNG', contentType: 'image/png', write: (p) => p.png(), loss: 0 },
  { title: '16-bit PNG', contentType: 'image/png', write: (p) => p.toColourspace('rgb16').png(), loss: 1 },
  {
    title: 'palette PNG',
    contentType: 'image/png',
    write: (p) => p.png({ palette: true, effort: 1 }),
    loss: 12,
  },
  { title: 'interlaced PNG', contentType: 'image/png', write: (p) => p.png({ progressive: true }), loss: 0 },
  { title: 'grey PNG', contentType: 'image/png', write: (p) => p.greyscale().png(), grey: true, loss: 1 },
  { title: 'opaque RGBA PNG', contentType: 'image/png', write: (p) => p.ensureAlpha().png(), loss: 0 },
  {
    title: 'grey PNG with alpha',
    contentType: 'image/png',
    write: (p) => p.greyscale().ensureAlpha().png(),
    grey: true,
    loss: 1,
  },
  { title: 'lossy WebP', contentType: 'image/webp', write: (p) => p.webp({ quality: 95 }), loss: 5 },
  { title: 'lossless WebP', contentType: 'image/webp', write: (p) => p.webp({ lossless: true }), loss: 0 },
  { title: 'AVIF', contentType: 'image/avif', write: (p) => p.avif({ quality: 90, effort: 0 }), loss: 5 },
  { title: 'GIF', contentType: 'image/gif', write: (p) => p.gif({ effort: 1 }), loss: 14 },
  { title: 'TIFF', contentType: 'image/tiff', write: (p) => p.tiff({ compression: 'none' }), loss: 0 },
  {
    title: 'TIFF with LZW',
    contentType: 'image/tiff',
    write: (p) => p.tiff({ compression: 'lzw', predictor: 'horizontal' }),
    loss: 0,
  },
  {
    title: 'TIFF with JPEG',
    contentType: 'image/tiff',
    write: (p) => p.tiff({ compression: 'jpeg', quality: 95 }),
    loss: 5,
  },
];

it.each(CASES)('$title is the photo, 8-bit RGB', async ({ write, contentType, grey, loss }) => {
  const bytes = await write(sharp(await photo().png().toBuffer())).toBuffer();
  const path = await onDisk(bytes);
  const header = await decoder.inspect(path, contentType);
  expect(header).toMatchObject({ contentType, width: 320, height: 240, pages: 1, notes: [] });
  const { raster, scale, notes } = await decoder.decode(path, header);
  expect(notes).toEqual([]);
  expect(scale).toBe(1);
  expect(meanDifference(raster, grey ? await greyRaster() : await photoRaster())).toBeLessThanOrEqual(loss);
});

it('a wide-gamut photo is brought to sRGB by its profile', async () => {
  const p3 = await photo().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
  const path = await onDisk(p3);
  const { raster } = await decoder.decode(path, await decoder.inspect(path));
  const asIfSrgb = await sharp(p3, { ignoreIcc: true }).raw().toUint8Array();
  const expected = await photoRaster();
  expect(meanDifference(raster, expected)).toBeLessThan(4);
  expect(meanDifference(raster, expected)).toBeLessThan(
    meanDifference({ ...expected, data: asIfSrgb.data }, expected),
  );
});

it('what is transparent is white, what is half transparent is half white', async () => {
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const half = {
    create: { width: 10, height: 10, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
  };
  const solid = { create: { width: 10, height: 10, channels: 4 as const, background: '#ff0000' } };
  const picture = sharp({ create: { width: 30, height: 10, channels: 4, background } }).composite([
    { input: half, left: 10, top: 0 },
    { input: solid, left: 20, top: 0 },
  ]);
  const path = await onDisk(await picture.png().toBuffer());
  const { raster } = await decoder.decode(path, await decoder.inspect(path));
  const pixel = (x: number): number[] => [...raster.data.subarray(x * 3, x * 3 + 3)];
  expect(pixel(5)).toEqual([255, 255, 255]);
  for (const value of pixel(15)) expect(Math.abs(value - 127)).toBeLessThanOrEqual(1);
  expect(pixel(25)).toEqual([255, 0, 0]);
});

it.each(['gif', 'webp'] as const)('an animated %s gives its first frame, and says so', async (format) => {
  const frames = await Promise.all(
    ['#ff0000', '#00ff00', '#0000ff'].map((background) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const animation = await sharp(frames, { join: { animated: true } })
    .toFormat(format)
    .toBuffer();
  const path = await onDisk(animation);
  const header = await decoder.inspect(path);
  expect(header).toMatchObject({ width: 40, height: 30, pages: 3, notes: ['animated_first_frame'] });
  const { raster } = await decoder.decode(path, header);
  expect([raster.width, raster.height]).toEqual([40, 30]);
  expect(raster.data[0]).toBeGreaterThan(240);
  expect(raster.data[1]).toBeLessThan(15);
});

it('an animated PNG says that one frame was read', async () => {
  const png = await photo().png().toBuffer();
  // An acTL chunk after IHDR (33 bytes in): 2 frames, played for ever. Its checksum is not what a reader looks at here.
  const chunk = Buffer.from('000000086163544c0000000200000000f38d9370', 'hex');
  const path = await onDisk(Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]));
  const header = await decoder.inspect(path);
  expect(header.notes).toEqual(['animated_first_frame']);
  expect((await decoder.decode(path, header)).raster.width).toBe(320);
});

it.each([
  [{ width: 1, height: 1 }, '1x1'],
  [{ width: 6000, height: 12 }, '640x1'],
  [{ width: 2, height: 4000 }, '1x640'],
])('a picture of an odd shape %o is read', async (size, expected) => {
  const path = await onDisk(
    await sharp({ create: { ...size, channels: 3, background: '#c89a7b' } })
      .jpeg()
      .toBuffer(),
  );
  const header = await decoder.inspect(path);
  const { raster } = await decoder.decode(path, header, { longSideMax: 640 });
  expect(`${raster.width}x${raster.height}`).toBe(expected);
  for (const [i, value] of [0xc8, 0x9a, 0x7b].entries())
    expect(Math.abs(raster.data[i]! - value)).toBeLessThan(4);
});

it('a picture that is smaller than asked for is not enlarged', async () => {
  const path = await onDisk(await photo().png().toBuffer());
  const { raster, scale } = await decoder.decode(path, await decoder.inspect(path), { longSideMax: 5000 });
  expect([raster.width, raster.height, scale]).toEqual([320, 240, 1]);
});

it.each([
  ['image/jpeg', ['content_type_corrected']],
  ['IMAGE/JPG; q=1', ['content_type_corrected']],
  ['image/png', []],
  ['image/x-png', []],
  ['application/octet-stream', []],
  [undefined, []],
])('a PNG that was declared as %s is read as PNG', async (declared, notes) => {
  const path = await onDisk(await photo().png().toBuffer(), 'jpg');
  expect(await decoder.inspect(path, declared)).toMatchObject({ contentType: 'image/png', notes });
});
