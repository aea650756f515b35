// The hash is the one that other tools compute, stays for copies of a picture and changes for another picture.
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { ImageDecoder } from '../../src/imaging/image-decoder.js';
import { hashLuma } from '../../src/imaging/perceptual-hash.js';
import { samplePhotos } from '../harness/shared-data.js';
import { LIMITS, onDisk } from './pictures.js';

const decoder = new ImageDecoder(LIMITS);
afterAll(() => decoder.close());

/** Bits that differ, 0..64. */
function distance(a: string, b: string): number {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; bits > 0n; bits >>= 1n) count += Number(bits & 1n);
  return count;
}

async function hashOf(path: string, longSideMax?: number): Promise<string> {
  const { raster } = await decoder.decode(
    path,
    await decoder.inspect(path),
    longSideMax ? { longSideMax } : {},
  );
  return decoder.perceptualHash(raster);
}

/**
 * Of sample1.jpg … sample6.jpg of @vladmandic/face-api 1.7.15: Pillow 9.4.0 `convert('L').resize((32, 32), LANCZOS)`,
 * then the formula of ImageHash `phash` in plain Python. Another resampler moves a coefficient that lies on the median.
 */
const PILLOW = [
  'b1a59a3e5bc0483f',
  'daf8c29aad89ad81',
  'c589fb45f1211de4',
  '9fe590fac98a7488',
  'bcbeb575271a0862',
  'ff87c4949c968196',
];

it.each(samplePhotos.map((path, i) => [i + 1, path, PILLOW[i]!] as const))(
  'of sample %i is within 2 bits of what Pillow and ImageHash compute, at full size and as decoded for detection',
  async (_n, path, expected) => {
    expect(distance(await hashOf(path), expected)).toBeLessThanOrEqual(2);
    expect(distance(await hashOf(path, 640), expected)).toBeLessThanOrEqual(2);
  },
);

it('is exactly the definition, written out: bit order, median, both axes', () => {
  // A picture whose luma needs no resampling; the definition as a direct quadruple sum, without the shared table.
  const luma = Float64Array.from({ length: 1024 }, (_, i) => (i * i * 31 + (i >> 5) * 977 + 13) % 256);
  const coefficients: number[] = [];
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) {
          const vertical = Math.cos(((2 * y + 1) * v * Math.PI) / 64);
          sum += luma[y * 32 + x]! * vertical * Math.cos(((2 * x + 1) * u * Math.PI) / 64);
        }
      }
      coefficients.push(sum);
    }
  }
  const sorted = coefficients.toSorted((a, b) => a - b);
  const median = (sorted[31]! + sorted[32]!) / 2;
  const bits = coefficients.map((c) => (c > median ? '1' : '0')).join('');
  const hex = bits
    .match(/.{4}/g)!
    .map((four) => parseInt(four, 2).toString(16))
    .join('');
  expect(hashLuma(luma)).toBe(hex);
});

it('of a flat picture does not hang on rounding noise', () => {
  expect(hashLuma(new Float64Array(1024))).toBe('0000000000000000');
  for (const grey of [1, 77, 128, 255])
    expect(hashLuma(new Float64Array(1024).fill(grey))).toBe('8000000000000000');
});

describe('copies and others', () => {
  const COPIES: readonly [string, (p: Sharp) => Sharp][] = [
    ['half the size', (p) => p.resize({ width: 300 }).jpeg({ quality: 90 })],
    ['another shape', (p) => p.resize({ width: 400, height: 400, fit: 'fill' }).jpeg()],
    ['poor JPEG', (p) => p.jpeg({ quality: 30 })],
    ['WebP', (p) => p.webp({ quality: 60 })],
    ['PNG without colour', (p) => p.greyscale().png()],
    ['a little brighter', (p) => p.modulate({ brightness: 1.1 }).png()],
  ];

  it.each(COPIES)('a copy (%s) is within 8 bits', async (_name, copy) => {
    for (const path of samplePhotos.slice(0, 3)) {
      const other = await onDisk(await copy(sharp(path)).toBuffer());
      expect(distance(await hashOf(path), await hashOf(other))).toBeLessThanOrEqual(8);
    }
  });

  it('other photos are more than 16 bits away from each other', async () => {
    const hashes = await Promise.all(samplePhotos.map((path) => hashOf(path, 640)));
    for (const [i, a] of hashes.entries()) {
      for (const b of hashes.slice(i + 1)) expect(distance(a, b)).toBeGreaterThan(16);
    }
  });

  it('the same pixels give the same hash, and stay the caller’s', async () => {
    const path = samplePhotos[0]!;
    const { raster } = await decoder.decode(path, await decoder.inspect(path), { longSideMax: 640 });
    const copy = raster.data.slice();
    const hashes = await Promise.all(Array.from({ length: 8 }, () => decoder.perceptualHash(raster)));
    expect(new Set(hashes).size).toBe(1);
    expect(Buffer.compare(raster.data, copy)).toBe(0);
  });
});
