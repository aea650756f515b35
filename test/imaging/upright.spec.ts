// Whatever the file says about its own orientation, the raster stands upright.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { turnRaster, type Turn } from '../../src/domain/geometry/turn.js';
import { ImageDecoder } from '../../src/imaging/image-decoder.js';
import { sharedData } from '../harness/shared-data.js';
import { LIMITS, meanDifference, onDisk, photo, photoRaster } from './pictures.js';

/** Undoes EXIF orientation n: what a camera would have stored. Index = orientation. sharp mirrors before it turns. */
const STORED: readonly ((upright: Sharp) => Sharp)[] = [
  (p) => p,
  (p) => p,
  (p) => p.flop(),
  (p) => p.rotate(180),
  (p) => p.flip(),
  (p) => p.rotate(90).flip(),
  (p) => p.rotate(270),
  (p) => p.rotate(90).flop(),
  (p) => p.rotate(90),
];
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];
const FORMATS = ['jpeg', 'png', 'webp', 'tiff'] as const;

const decoder = new ImageDecoder(LIMITS);
afterAll(() => decoder.close());

describe.each(FORMATS)('%s', (format) => {
  it.each(ORIENTATIONS)('with EXIF orientation %i is the same upright picture', async (orientation) => {
    const upright = sharp(await photo().png().toBuffer());
    const stored = STORED[orientation]!(upright).withMetadata({ orientation });
    const path = await onDisk(await stored.toFormat(format, { quality: 95 }).toBuffer());
    const header = await decoder.inspect(path);
    expect(header).toMatchObject({ width: 320, height: 240, orientation });
    const { raster } = await decoder.decode(path, header);
    expect(meanDifference(raster, await photoRaster())).toBeLessThan(4);
  });
});

it.each([90, 180, 270] as Turn[])('a turn of %i comes on top of the EXIF orientation', async (turn) => {
  for (const orientation of ORIENTATIONS) {
    const upright = sharp(await photo().png().toBuffer());
    const path = await onDisk(
      await STORED[orientation]!(upright).withMetadata({ orientation }).png().toBuffer(),
    );
    const header = await decoder.inspect(path);
    const { raster } = await decoder.decode(path, header, { turn });
    expect(meanDifference(raster, turnRaster(await photoRaster(), turn))).toBeLessThan(1);
  }
});

it('an orientation that does not exist is taken for none', async () => {
  const plain = sharp(await photo().png().toBuffer());
  const jpeg = await plain.withMetadata({ orientation: 6 }).jpeg().toBuffer();
  // EXIF entry: tag 0x0112, type SHORT, count 1, value 6.
  const entry = jpeg.indexOf(Buffer.from('1201030001000000', 'hex'));
  expect(entry).toBeGreaterThan(0);
  jpeg[entry + 8] = 99;
  const path = await onDisk(jpeg);
  expect(await decoder.inspect(path)).toMatchObject({ width: 320, height: 240, orientation: 1 });
});

describe.skipIf(!sharedData)('files of other programs', () => {
  const shared = (name: string): string => join(sharedData?.photos ?? '', name);

  it.each([2, 3, 4, 5, 6, 7, 8])(
    'EXIF orientation %i shows what orientation 1 shows',
    async (orientation) => {
      const [one, other] = await Promise.all(
        [1, orientation].map(async (n) => {
          const path = shared(`odd_derived/exif_orient_${n}.jpg`);
          return (await decoder.decode(path, await decoder.inspect(path), { longSideMax: 640 })).raster;
        }),
      );
      expect(meanDifference(one!, other!)).toBeLessThan(3);
    },
  );

  it('AVIF shows what its JPEG source shows', async () => {
    const [avif, jpeg] = await Promise.all(
      ['odd_derived/faces.avif', 'odd_derived/exif_orient_1.jpg'].map(async (name) => {
        const path = shared(name);
        return (await decoder.decode(path, await decoder.inspect(path))).raster;
      }),
    );
    expect(meanDifference(avif!, jpeg!)).toBeLessThan(5);
  });
});

describe.skipIf(!sharedData)('HEIC', () => {
  const heic = (name: string): string => join(sharedData?.photos ?? '', name);

  it('shows what its JPEG source shows', async () => {
    const path = heic('odd_derived/faces.heic');
    const { raster } = await decoder.decode(path, await decoder.inspect(path));
    const source = heic('odd_derived/exif_orient_1.jpg');
    const expected = await decoder.decode(source, await decoder.inspect(source));
    expect(meanDifference(raster, expected.raster)).toBeLessThan(5);
  });

  // The container's own turn (irot) counts quarter turns anticlockwise.
  it.each([
    [1, 270],
    [2, 180],
    [3, 90],
  ] as [number, Turn][])('turned by its container %i times is turned once, not twice', async (irot, turn) => {
    const path = heic('odd/immich_IMG_2682.heic');
    const bytes = await readFile(path);
    const box = bytes.indexOf('irot');
    expect(bytes[box + 4]).toBe(0);
    bytes[box + 4] = irot;
    const turnedPath = await onDisk(bytes, 'heic');
    const header = await decoder.inspect(turnedPath);
    expect([header.width, header.height]).toEqual(turn === 180 ? [4032, 3024] : [3024, 4032]);
    const turned = await decoder.decode(turnedPath, header, { longSideMax: 256 });
    const plain = await decoder.decode(path, await decoder.inspect(path), { longSideMax: 256 });
    expect(meanDifference(turned.raster, turnRaster(plain.raster, turn))).toBeLessThan(4);
  });

  it('that breaks off is refused, prints nothing, and the next one is read', async () => {
    const whole = heic('odd_derived/faces.heic');
    const bytes = await readFile(whole);
    const broken = await onDisk(bytes.subarray(0, Math.floor(bytes.length * 0.7)), 'heic');
    const written: string[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((text) => (written.push(String(text)), true)),
    );
    try {
      const outcome = decoder.inspect(broken).then((header) => decoder.decode(broken, header));
      await expect(outcome).rejects.toMatchObject({ code: 'image.unreadable' });
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(written).toEqual([]);
    const { raster } = await decoder.decode(whole, await decoder.inspect(whole));
    expect(raster.width).toBe(800);
  });
});
if (!sharedData) console.warn('SKIPPED: HEIC. Nothing on this machine can write one.');
