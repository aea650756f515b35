// Decodes a photo for tests that need pixels but not the imaging room.
import sharp from 'sharp';
import type { Raster } from '../../src/domain/geometry/raster.js';

/** Upright sRGB, shrunk to `longSideMax` px when given. The buffer is the raster's own. */
export async function photoRaster(path: string, longSideMax?: number): Promise<Raster> {
  let image = sharp(path, { limitInputPixels: 120_000_000 }).autoOrient().flatten().toColourspace('srgb');
  if (longSideMax !== undefined) {
    image = image.resize({
      width: longSideMax,
      height: longSideMax,
      fit: 'inside',
      withoutEnlargement: true,
    });
  }
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: Uint8Array.from(data) };
}
