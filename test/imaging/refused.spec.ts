// What is not read, and why: each refusal has its code, and costs next to nothing.
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { ImageDecoder } from '../../src/imaging/image-decoder.js';
import { errorOf, LIMITS, onDisk, photo, pngThatClaims } from './pictures.js';

const decoder = new ImageDecoder(LIMITS);
afterAll(() => decoder.close());

const bytes = (latin1: string): Buffer => Buffer.concat([Buffer.from(latin1, 'latin1'), Buffer.alloc(200)]);
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="9" height="9"/></svg>';

/** A Windows bitmap of 1×1 px. */
const BMP = Buffer.concat([
  Buffer.from('BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0', 'latin1'),
  Buffer.alloc(28),
]);
/** How a DNG opens: a directory whose first entry says "reduced-resolution image". */
const DNG = Buffer.from('49492a00080000000100fe000400010000000100000000000000', 'hex');

it.each<[string, Uint8Array | string]>([
  ['SVG', SVG],
  ['SVG with prologue', `\ufeff<?xml version="1.0"?>\n<!-- x -->\n${SVG}`],
  ['PDF', bytes('%PDF-1.7\n')],
  ['BMP', BMP],
  ['JPEG XL codestream', bytes('\xff\x0a\xfa\x1f')],
  ['JPEG XL container', bytes('\0\0\0\x0cJXL \r\n\x87\n')],
  ['JPEG 2000', bytes('\0\0\0\x0cjP  \r\n\x87\n')],
  ['Photoshop', bytes('8BPS\0\x01')],
  ['ICO', bytes('\0\0\x01\0\x01\0')],
  ['OpenEXR', bytes('v/1\x01')],
  ['PNM', 'P6\n1 1\n255\nabc'],
  ['MP4', bytes('\0\0\0\x18ftypisom')],
  ['QuickTime', bytes('\0\0\0\x14ftypqt  ')],
  ['WebM', bytes('\x1aE\xdf\xa3')],
  ['AVI', bytes('RIFF\0\0\0\0AVI LIST')],
  ['Canon raw', bytes('II*\0\x10\0\0\0CR\x02\0')],
  ['Canon raw 3', bytes('\0\0\0\x18ftypcrx ')],
  ['Adobe raw', DNG],
])('%s is known and not supported', async (_name, content) => {
  const path = await onDisk(content, 'jpg');
  expect(await errorOf(decoder.inspect(path, 'image/jpeg'))).toMatchObject({ code: 'image.unsupported' });
});

it.each<[string, () => Promise<Uint8Array | string> | Uint8Array | string]>([
  ['an empty file', () => ''],
  ['one byte', () => '\x89'],
  ['text', () => 'BM is how this sentence begins, and it is no bitmap. It is not an image at all.'],
  ['a web page', () => '<!doctype html><html><body>hello</body></html>'],
  ['random bytes', () => Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3) * 31) & 0xff)],
  [
    'a JPEG signature before text',
    () => Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), bytes('not a picture')]),
  ],
  ['a PNG signature before nothing', () => Buffer.from('89504e470d0a1a0a', 'hex')],
  ['a GIF signature before nothing', () => 'GIF89a'],
  ['a TIFF signature before nothing', () => Buffer.from('49492a0008000000', 'hex')],
  ['a HEIC brand before nothing', () => bytes('\0\0\0\x18ftypheic')],
  ['the first 300 bytes of a photo', async () => (await photo().jpeg().toBuffer()).subarray(0, 300)],
])('%s is unreadable', async (_name, content) => {
  const path = await onDisk(await content(), 'jpg');
  expect(await errorOf(decoder.inspect(path))).toMatchObject({ code: 'image.unreadable' });
});

describe('a file that breaks off', () => {
  const cut = async (format: 'jpeg' | 'png' | 'webp', part: number): Promise<string> => {
    const whole = await photo().toFormat(format, { quality: 95 }).toBuffer();
    return onDisk(whole.subarray(0, Math.floor(whole.length * part)));
  };
  const read = async (path: string): Promise<string> => {
    const header = await decoder.inspect(path);
    const { notes, raster } = await decoder.decode(path, header, { longSideMax: 200 });
    return `${raster.width}x${raster.height} ${notes.join(' ')}`;
  };

  it.each(['jpeg', 'png'] as const)(
    'late (%s) is read as far as it goes, and that is said',
    async (format) => {
      expect(await read(await cut(format, 0.85))).toBe('200x150 truncated');
    },
  );

  it.each(['jpeg', 'png'] as const)('early (%s) is unreadable', async (format) => {
    expect(await errorOf(read(await cut(format, 0.2)))).toMatchObject({ code: 'image.unreadable' });
  });

  it('early is unreadable whichever way up it is', async () => {
    for (const orientation of [3, 6, 8]) {
      const whole = await photo().withMetadata({ orientation }).jpeg().toBuffer();
      const path = await onDisk(whole.subarray(0, Math.floor(whole.length * 0.3)));
      expect(await errorOf(read(path))).toMatchObject({ code: 'image.unreadable' });
    }
  });

  it('a flat picture that is whole is not taken for one that broke off', async () => {
    const flat = sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } });
    expect(await read(await onDisk(await flat.jpeg().toBuffer()))).toBe('64x64 ');
  });
});

describe('too large', () => {
  it('is a file over the byte limit, whatever is in it', async () => {
    const small = new ImageDecoder({ bytesMax: 1000, pixelsMax: 1e8 });
    const path = await onDisk(await photo().png().toBuffer());
    expect(await errorOf(small.inspect(path))).toMatchObject({
      code: 'image.too_large',
      extensions: { bytes_max: 1000 },
    });
  });

  it('is one pixel over the pixel limit, and not the limit itself', async () => {
    const path = await onDisk(await photo().png().toBuffer());
    const exact = new ImageDecoder({ bytesMax: 1e7, pixelsMax: 320 * 240 });
    expect((await exact.inspect(path)).width).toBe(320);
    const less = new ImageDecoder({ bytesMax: 1e7, pixelsMax: 320 * 240 - 1 });
    expect(await errorOf(less.inspect(path))).toMatchObject({
      code: 'image.too_large',
      extensions: { width: 320, height: 240, pixels_max: 320 * 240 - 1 },
    });
  });

  it('is seen in a header of 900 megapixels without reading a pixel', async () => {
    const path = await onDisk(await pngThatClaims(30_000, 30_000));
    expect(await errorOf(decoder.inspect(path))).toMatchObject({ code: 'image.too_large' });
  });
});
