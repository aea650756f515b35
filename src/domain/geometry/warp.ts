// Cuts a turned, scaled square or rectangle out of a raster.
import { createRaster, type Raster } from './raster.js';
import { invertSimilarity, similarityScale, type SimilarityTransform } from './similarity-transform.js';

/** Samples along one side of a target pixel at most; 4 × 4 serves reductions to a quarter without visible aliasing. */
const SAMPLES_PER_SIDE_MAX = 4;

/**
 * The target raster whose pixel (x, y) shows the source at transform⁻¹(x, y), bilinear; black outside the source.
 * Integer coordinates are pixel centres, as in the reference aligners of ArcFace. Where the transform shrinks, each target
 * pixel is the mean of n × n bilinear samples, because one sample of a large face is noise (aliasing).
 */
export function warpSimilarity(
  source: Raster,
  transform: SimilarityTransform,
  width: number,
  height: number,
): Raster {
  const inverse = invertSimilarity(transform);
  const perSide = Math.min(SAMPLES_PER_SIDE_MAX, Math.max(1, Math.round(1 / similarityScale(transform))));
  const target = createRaster(width, height);
  const share = 1 / (perSide * perSide);
  const sum = new Float64Array(3);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++, out += 3) {
      sum.fill(0);
      for (let v = 0; v < perSide; v++) {
        const ty = y + (v + 0.5) / perSide - 0.5;
        for (let u = 0; u < perSide; u++) {
          const tx = x + (u + 0.5) / perSide - 0.5;
          addSample(
            source,
            inverse.a * tx - inverse.b * ty + inverse.tx,
            inverse.b * tx + inverse.a * ty + inverse.ty,
            sum,
          );
        }
      }
      target.data[out] = sum[0]! * share + 0.5;
      target.data[out + 1] = sum[1]! * share + 0.5;
      target.data[out + 2] = sum[2]! * share + 0.5;
    }
  }
  return target;
}

/** Adds the bilinear sample at (x, y) to `sum`; neighbours outside the raster count as black. */
function addSample(source: Raster, x: number, y: number, sum: Float64Array): void {
  const { width, height, data } = source;
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  if (x0 < -1 || y0 < -1 || x0 >= width || y0 >= height) return;
  const fx = x - x0;
  const fy = y - y0;
  const left = x0 >= 0;
  const right = x0 + 1 < width;
  if (y0 >= 0) {
    const row = (y0 * width + x0) * 3;
    if (left) addPixel(data, row, (1 - fx) * (1 - fy), sum);
    if (right) addPixel(data, row + 3, fx * (1 - fy), sum);
  }
  if (y0 + 1 < height) {
    const row = ((y0 + 1) * width + x0) * 3;
    if (left) addPixel(data, row, (1 - fx) * fy, sum);
    if (right) addPixel(data, row + 3, fx * fy, sum);
  }
}

function addPixel(data: Uint8Array, at: number, weight: number, sum: Float64Array): void {
  sum[0]! += data[at]! * weight;
  sum[1]! += data[at + 1]! * weight;
  sum[2]! += data[at + 2]! * weight;
}
