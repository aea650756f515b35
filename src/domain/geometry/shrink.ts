// Makes a raster smaller by averaging areas. There is no function that enlarges: detectors find less in enlarged photos.
import { createRaster, type Raster } from './raster.js';

/** The size that `width` × `height` has when its long side is at most `longSideMax` px; never larger, never below 1 px. */
export function fitWithin(
  width: number,
  height: number,
  longSideMax: number,
): { width: number; height: number } {
  const scale = Math.min(1, longSideMax / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * Each target pixel is the mean of the source area that it covers. The same object when the size is already right.
 * Throws RangeError when the target is larger than the source or empty.
 */
export function shrinkRaster(source: Raster, width: number, height: number): Raster {
  if (width === source.width && height === source.height) return source;
  if (width > source.width || height > source.height || width < 1 || height < 1) {
    throw new RangeError(`${source.width}x${source.height} cannot be shrunk to ${width}x${height}`);
  }
  const target = createRaster(width, height);
  const columns = coverage(source.width, width);
  const stepY = source.height / height;
  const row = new Float32Array(width * 3);
  const sum = new Float32Array(width * 3);
  let filled = -1;
  for (let y = 0; y < height; y++) {
    const top = y * stepY;
    const bottom = Math.min(source.height, top + stepY);
    sum.fill(0);
    for (let sy = Math.floor(top); sy < bottom - 1e-9; sy++) {
      // A source row that two target rows share is shrunk once.
      if (sy !== filled) shrinkRow(source, sy, columns, row);
      filled = sy;
      const weight = (Math.min(bottom, sy + 1) - Math.max(top, sy)) / stepY;
      for (let i = 0; i < sum.length; i++) sum[i]! += row[i]! * weight;
    }
    const out = y * width * 3;
    for (let i = 0; i < sum.length; i++) target.data[out + i] = sum[i]! + 0.5;
  }
  return target;
}

interface Coverage {
  /** First source column of each target column; one more entry than there are target columns is not needed. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Weights of all covered source columns, target by target; each target's weights sum to 1. */
  readonly weights: Float32Array;
}

function coverage(from: number, to: number): Coverage {
  const step = from / to;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights: number[] = [];
  for (let x = 0; x < to; x++) {
    const left = x * step;
    const right = Math.min(from, left + step);
    first[x] = Math.floor(left);
    for (let sx = Math.floor(left); sx < right - 1e-9; sx++) {
      weights.push((Math.min(right, sx + 1) - Math.max(left, sx)) / step);
      count[x]!++;
    }
  }
  return { first, count, weights: Float32Array.from(weights) };
}

function shrinkRow(source: Raster, y: number, columns: Coverage, row: Float32Array): void {
  const { data, width } = source;
  for (let x = 0, w = 0, out = 0; x < columns.first.length; x++, out += 3) {
    let red = 0;
    let green = 0;
    let blue = 0;
    let at = (y * width + columns.first[x]!) * 3;
    for (let n = columns.count[x]!; n > 0; n--, w++, at += 3) {
      const weight = columns.weights[w]!;
      red += data[at]! * weight;
      green += data[at + 1]! * weight;
      blue += data[at + 2]! * weight;
    }
    row[out] = red;
    row[out + 1] = green;
    row[out + 2] = blue;
  }
}
