// Pictures for the tests of src/imaging, made on the fly so that every machine tests every format that can be written.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll } from 'vitest';
import type { Raster } from '../../src/domain/geometry/raster.js';
import { samplePhotos } from '../harness/shared-data.js';

export const LIMITS = { bytesMax: 50_000_000, pixelsMax: 100_000_000 };

let folder: Promise<string> | undefined;
let count = 0;
afterAll(async () => {
  if (folder) await rm(await folder, { recursive: true });
});

/** Writes bytes to a file of its own that goes when the tests of this file end. */
export async function onDisk(bytes: Uint8Array | string, extension = 'bin'): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), 'kindred-imaging-'));
  const path = join(await folder, `${++count}.${extension}`);
  await writeFile(path, bytes);
  return path;
}

/** A real photo, 320×240 px, not symmetric in any way: its turns and mirrors all differ. */
export function photo(): Sharp {
  return sharp(samplePhotos[0]).resize({ width: 320, height: 240, fit: 'fill' });
}

/** The photo's own pixels: what every faithful copy decodes to. */
export async function photoRaster(): Promise<Raster> {
  const { data, info } = await photo().raw().toUint8Array();
  return { width: info.width, height: info.height, data };
}

/** A 12-megapixel JPEG with the detail of a photo. */
export async function largePhoto(orientation = 1): Promise<Buffer> {
  const grain = { width: 4000, height: 3000, channels: 3 as const, background: '#888' };
  return sharp(samplePhotos[0])
    .resize({ width: 4000, height: 3000, fit: 'fill' })
    .composite([
      {
        input: { create: { ...grain, noise: { type: 'gaussian', mean: 128, sigma: 12 } } },
        blend: 'soft-light',
      },
    ])
    .withMetadata({ orientation })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Mean absolute difference of two pictures of one size, of 255. */
export function meanDifference(a: Raster, b: Raster): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`sizes differ: ${a.width}x${a.height}, ${b.width}x${b.height}`);
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / a.data.length;
}

/** The error of a promise; fails when there is none. */
export async function errorOf(work: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected an error');
}

/** A PNG whose header promises a size; its data is a few bytes, which nobody should get to see. */
export async function pngThatClaims(width: number, height: number): Promise<Uint8Array> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

/** CRC of PNG chunks (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
