// Every odd file that lies beside the checkout, and what becomes of it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ImageDecoder } from '../../src/imaging/image-decoder.js';
import { sharedData } from '../harness/shared-data.js';
import { LIMITS } from './pictures.js';

/** Upright px, then notes; or the error's code. All were declared as the type that their name says. */
const EXPECTED: Readonly<Record<string, string>> = {
  'odd/immich_IMG_2682.heic': 'image/heic 4032x3024',
  'odd/immich_portrait-orientation-6.jpg': 'image/jpeg 840x700',
  'odd/immich_portrait.jpg': 'image/jpeg 840x700',
  'odd/sharp_16-bit-grey-alpha.png': 'image/png 109x96',
  'odd/sharp_Channel_digital_image_CMYK_color_no_profile.jpg': 'image/jpeg 500x333',
  'odd/sharp_big-height.webp': 'image/webp 13x169 animated_first_frame',
  'odd/sharp_corrupt-header.jpg': 'image.unreadable',
  'odd/sharp_rotating-squares.gif': 'image/gif 80x80 animated_first_frame',
  'odd/sharp_rotating-squares.webp': 'image/webp 80x80 animated_first_frame',
  'odd/sharp_tbgn2c16.png': 'image/png 32x32',
  // 3 % and 8 % of the rows are there.
  'odd/sharp_truncated.jpg': 'image.unreadable',
  'odd/sharp_truncated.png': 'image.unreadable',
  'odd_derived/1x1.jpg': 'image/jpeg 1x1',
  'odd_derived/6000x12.jpg': 'image/jpeg 6000x12',
  'odd_derived/animated.gif': 'image/gif 480x320 animated_first_frame',
  'odd_derived/animated.webp': 'image/webp 480x320 animated_first_frame',
  'odd_derived/black.jpg': 'image/jpeg 640x640',
  'odd_derived/bomb_30000x30000.png': 'image.too_large',
  'odd_derived/cmyk.jpg': 'image/jpeg 800x534',
  'odd_derived/corrupt_middle.jpg': 'image/jpeg 800x534 damaged',
  'odd_derived/exif_orient_1.jpg': 'image/jpeg 800x534',
  'odd_derived/exif_orient_2.jpg': 'image/jpeg 800x534',
  'odd_derived/exif_orient_3.jpg': 'image/jpeg 800x534',
  'odd_derived/exif_orient_4.jpg': 'image/jpeg 800x534',
  'odd_derived/exif_orient_5.jpg': 'image/jpeg 800x534',
  'odd_derived/exif_orient_6.jpg': 'image/jpeg 800x534',
  'odd_derived/exif_orient_7.jpg': 'image/jpeg 800x534',
  'odd_derived/exif_orient_8.jpg': 'image/jpeg 800x534',
  'odd_derived/faces.avif': 'image/avif 800x534',
  'odd_derived/faces.heic': 'image/heic 800x534',
  'odd_derived/gray.jpg': 'image/jpeg 800x534',
  'odd_derived/large_12000x12000.png': 'image.too_large',
  'odd_derived/lossy.webp': 'image/webp 800x534',
  'odd_derived/lzw.tiff': 'image/tiff 800x534',
  'odd_derived/multipage.tiff': 'image/tiff 480x320 multipage_first_page',
  'odd_derived/noise.jpg': 'image/jpeg 400x400',
  'odd_derived/palette.png': 'image/png 800x534',
  'odd_derived/progressive.jpg': 'image/jpeg 800x534',
  'odd_derived/really_png.jpg': 'image/png 800x534 content_type_corrected',
  'odd_derived/rgb16.png': 'image/png 320x214',
  'odd_derived/rgba.png': 'image/png 480x320',
  'odd_derived/text.jpg': 'image.unreadable',
  'odd_derived/trailing_garbage.jpg': 'image/jpeg 800x534',
  // 62 % of the rows are there.
  'odd_derived/truncated_60pct.jpg': 'image/jpeg 800x534 truncated',
  'odd_derived/truncated_header.jpg': 'image.unreadable',
  'odd_derived/zero_bytes.jpg': 'image.unreadable',
};

const DECLARED: Readonly<Record<string, string>> = { jpg: 'image/jpeg' };

describe.skipIf(!sharedData)('odd pictures', () => {
  const photos = sharedData?.photos ?? '';
  const decoder = new ImageDecoder(LIMITS);
  afterAll(() => decoder.close());
  const files = ['odd', 'odd_derived'].flatMap((folder) =>
    sharedData ? readdirSync(join(photos, folder)).map((name) => `${folder}/${name}`) : [],
  );

  it('has an expectation for every file, and no other', () => {
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(files)('%s is read upright, or refused with its code', async (file) => {
    const path = join(photos, file);
    const extension = file.slice(file.lastIndexOf('.') + 1);
    const outcome = async (): Promise<string> => {
      const header = await decoder.inspect(path, DECLARED[extension] ?? `image/${extension}`);
      const { raster, scale, notes } = await decoder.decode(path, header, { longSideMax: 640 });
      // The raster has the size that the header promised, scaled, and is never enlarged.
      expect(Math.max(raster.width, raster.height)).toBe(
        Math.min(640, Math.max(header.width, header.height)),
      );
      expect(Math.abs(raster.width - header.width * scale)).toBeLessThanOrEqual(1);
      expect(Math.abs(raster.height - header.height * scale)).toBeLessThanOrEqual(1);
      expect(raster.data).toHaveLength(raster.width * raster.height * 3);
      const { contentType, width, height } = header;
      return [`${contentType} ${width}x${height}`, ...header.notes, ...notes].join(' ');
    };
    const told = await outcome().catch((error: Error & { code?: string }) => error.code ?? error.stack);
    expect(told).toBe(EXPECTED[file]);
  });
});
