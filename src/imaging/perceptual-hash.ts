// The 64-bit DCT perceptual hash ("pHash") that common tools compute, so that hashes can be compared with theirs.
//
// Definition (python ImageHash `phash`, hash_size 8, highfreq_factor 4): luma (ITU-R 601) at 32×32 px by Lanczos
// resampling, whatever the aspect ratio; type II DCT of the columns and of the rows; the 8×8 lowest frequencies with the
// constant one; a bit is 1 where a coefficient is above the median of the 64. Row by row, the first bit is the highest.
import type { Raster } from '../domain/geometry/raster.js';
import { sharp } from './sharp-settings.js';

const SIZE = 32;
const LOW = 8;
/** A flat picture's coefficients are rounding noise around 0: those below this are 0, on every machine. */
const NOISE = 1e-6;

/** `COSINES[k][n]`: the type II DCT of 32 values, not normalised (a factor moves no coefficient over the median). */
const COSINES = Array.from({ length: LOW }, (_, k) =>
  Float64Array.from({ length: SIZE }, (_, n) => 2 * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * SIZE))),
);

/** @returns 16 hex digits. The raster's buffer must stay where it is until the promise settles. */
export async function perceptualHash({ width, height, data }: Raster): Promise<string> {
  const small = await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ width: SIZE, height: SIZE, fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toUint8Array();
  return hashLuma(lumaOf(small.data));
}

/** @param rgb 32×32 px. */
function lumaOf(rgb: Uint8Array): Float64Array {
  const luma = new Float64Array(SIZE * SIZE);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = Math.round(0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!);
  }
  return luma;
}

/** @param luma 32×32 values, row by row. @returns 16 hex digits. */
export function hashLuma(luma: Float64Array): string {
  // Columns first: columns[k][x] is the k-th vertical frequency of column x.
  const columns = COSINES.map((cosine) => {
    const sums = new Float64Array(SIZE);
    for (let y = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++) sums[x]! += cosine[y]! * luma[y * SIZE + x]!;
    return sums;
  });
  const coefficients = columns.flatMap((sums) =>
    COSINES.map((cosine) => {
      const value = cosine.reduce((sum, factor, x) => sum + factor * sums[x]!, 0);
      return Math.abs(value) < NOISE ? 0 : value;
    }),
  );
  const sorted = [...coefficients].sort((a, b) => a - b);
  const median = (sorted[31]! + sorted[32]!) / 2;
  let hash = 0n;
  for (const value of coefficients) hash = (hash << 1n) | (value > median ? 1n : 0n);
  return hash.toString(16).padStart(16, '0');
}
