// All pairs of a large set that are similar enough, exactly.
//
// [Note: Half the products] Of unit vectors the first half's product and the lengths of the second halves bound the whole
// product (Cauchy and Schwarz). For most pairs the bound is under the threshold and the second half is never multiplied.
import { type FoundPairs, PairBuffer } from './pair-buffer.js';

/** A share of the work: blocks of rows part, part + parts … */
export interface PairsShare {
  readonly part: number;
  readonly parts: number;
}

const ROWS = 4;

/**
 * @param x Unit vectors of `width` values (a multiple of 4), one after the other.
 * @param similarityMin Cosine, -1..1.
 */
export function findSimilarPairs(
  x: Float32Array,
  width: number,
  similarityMin: number,
  { part, parts }: PairsShare = { part: 0, parts: 1 },
): FoundPairs {
  const count = x.length / width;
  const head = (width >> 3) << 2;
  const tails = Float64Array.from({ length: count }, (_, i) => {
    let squares = 0;
    for (let k = i * width + head; k < (i + 1) * width; k++) squares += x[k]! * x[k]!;
    return Math.sqrt(squares);
  });
  const found = new PairBuffer();
  const offer = (i: number, j: number, headProduct: number): void => {
    if (j >= i || i >= count || headProduct + tails[i]! * tails[j]! < similarityMin) return;
    let s = headProduct;
    const oi = i * width;
    const oj = j * width;
    for (let k = head; k < width; k += 2) s += x[oi + k]! * x[oj + k]! + x[oi + k + 1]! * x[oj + k + 1]!;
    if (s >= similarityMin) found.push(j, i, s);
  };
  // Four rows against two at once: each value that is read is used several times before it is forgotten.
  const tile = new Float64Array(ROWS * head);
  for (let i = part * ROWS; i < count; i += parts * ROWS) {
    for (let row = 0; row < ROWS; row++) {
      const from = Math.min(i + row, count - 1) * width;
      for (let k = 0; k < head; k++) tile[k * ROWS + row] = x[from + k]!;
    }
    const last = Math.min(i + ROWS, count) - 1;
    for (let j = 0; j < last; j += 2) {
      const oj = j * width;
      const on = Math.min(j + 1, count - 1) * width;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let n0 = 0;
      let n1 = 0;
      let n2 = 0;
      let n3 = 0;
      for (let k = 0, at = 0; k < head; k++, at += ROWS) {
        const value = x[oj + k]!;
        const next = x[on + k]!;
        const r0 = tile[at]!;
        const r1 = tile[at + 1]!;
        const r2 = tile[at + 2]!;
        const r3 = tile[at + 3]!;
        s0 += value * r0;
        s1 += value * r1;
        s2 += value * r2;
        s3 += value * r3;
        n0 += next * r0;
        n1 += next * r1;
        n2 += next * r2;
        n3 += next * r3;
      }
      offer(i, j, s0);
      offer(i + 1, j, s1);
      offer(i + 2, j, s2);
      offer(i + 3, j, s3);
      offer(i, j + 1, n0);
      offer(i + 1, j + 1, n1);
      offer(i + 2, j + 1, n2);
      offer(i + 3, j + 1, n3);
    }
  }
  return found.finish();
}
