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
  // Sample positions in the source relative to the target pixel's own, one pair a sample.
  const offsets = new Float64Array(perSide * perSide * 2);
  for (let v = 0, i = 0; v < perSide; v++) {
    for (let u = 0; u < perSide; u++) {
      const x = (u + 0.5) / perSide - 0.5;
      const y = (v + 0.5) / perSide - 0.5;
      offsets[i++] = inverse.a * x - inverse.b * y;
      offsets[i++] = inverse.b * x + inverse.a * y;
    }
  }
  const { width: sourceWidth, height: sourceHeight, data } = source;
  const rowBytes = sourceWidth * 3;
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++, out += 3) {
      const centreX = inverse.a * x - inverse.b * y + inverse.tx;
      const centreY = inverse.b * x + inverse.a * y + inverse.ty;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let i = 0; i < offsets.length; i += 2) {
        const sx = centreX + offsets[i]!;
        const sy = centreY + offsets[i + 1]!;
        const x0 = Math.floor(sx);
        const y0 = Math.floor(sy);
        if (x0 < -1 || y0 < -1 || x0 >= sourceWidth || y0 >= sourceHeight) continue;
        const fx = sx - x0;
        const fy = sy - y0;
        // A neighbour outside the raster is black: its weight is 0, and any pixel may stand in its place.
        const left = x0 < 0 ? 0 : 1 - fx;
        const right = x0 + 1 < sourceWidth ? fx : 0;
        const top = y0 < 0 ? 0 : 1 - fy;
        const bottom = y0 + 1 < sourceHeight ? fy : 0;
        const first = (y0 < 0 ? 0 : y0) * rowBytes;
        const second = bottom === 0 ? first : (y0 + 1) * rowBytes;
        const near = (x0 < 0 ? 0 : x0) * 3;
        const far = right === 0 ? near : (x0 + 1) * 3;
        const weightA = left * top;
        const weightB = right * top;
        const weightC = left * bottom;
        const weightD = right * bottom;
        const a = first + near;
        const b = first + far;
        const c = second + near;
        const d = second + far;
        red += data[a]! * weightA + data[b]! * weightB + data[c]! * weightC + data[d]! * weightD;
        green +=
          data[a + 1]! * weightA + data[b + 1]! * weightB + data[c + 1]! * weightC + data[d + 1]! * weightD;
        blue +=
          data[a + 2]! * weightA + data[b + 2]! * weightB + data[c + 2]! * weightC + data[d + 2]! * weightD;
      }
      target.data[out] = red * share + 0.5;
      target.data[out + 1] = green * share + 0.5;
      target.data[out + 2] = blue * share + 0.5;
    }
  }
  return target;
}
