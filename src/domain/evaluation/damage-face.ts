// Makes a face unrecognisable where it stands: what recognisers make of such faces must be known before it can be told apart.
import { boxHeight, boxWidth, type Box } from '../geometry/box.js';
import { createRaster, type Raster } from '../geometry/raster.js';

/** blurred: no feature is left; mosaic: tiles as in the press, sharp edges and no features; erased: one colour. */
export const DAMAGES = ['blurred', 'mosaic', 'erased'] as const;
export type Damage = (typeof DAMAGES)[number];

/** Around the box on each side, in its sizes: hair, chin and ears go too. A blur has no edge that could be sharp. */
const MARGIN: Readonly<Record<Damage, number>> = { blurred: 0.8, mosaic: 0.15, erased: 0.15 };
const MOSAIC_TILES = 5;
/** Of the region's width, and how often: three box blurs come close to a Gaussian of sigma .17 of the face. */
const BLUR = { radius: 0.065, rounds: 3 };

interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A copy of the raster with the damage done to `face` (px of the raster). */
export function damageFace(raster: Raster, face: Box, damage: Damage): Raster {
  const copy = createRaster(raster.width, raster.height, raster.data.slice());
  const region = regionOf(raster, face, MARGIN[damage]);
  if (region.width < 1 || region.height < 1) return copy;
  if (damage === 'blurred') blur(copy, region);
  else tile(copy, region, damage === 'mosaic' ? MOSAIC_TILES : 1);
  return copy;
}

function regionOf(raster: Raster, face: Box, margin: number): Region {
  const clip = (value: number, max: number): number => Math.min(max, Math.max(0, Math.round(value)));
  const [dx, dy] = [boxWidth(face) * margin, boxHeight(face) * margin];
  const x = clip(face.x1 - dx, raster.width);
  const y = clip(face.y1 - dy, raster.height);
  return {
    x,
    y,
    width: clip(face.x2 + dx, raster.width) - x,
    height: clip(face.y2 + dy, raster.height) - y,
  };
}

/** `count` × `count` tiles, each of its mean colour. */
function tile(raster: Raster, region: Region, count: number): void {
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const left = region.x + Math.floor((column * region.width) / count);
      const right = region.x + Math.floor(((column + 1) * region.width) / count);
      const top = region.y + Math.floor((row * region.height) / count);
      const bottom = region.y + Math.floor(((row + 1) * region.height) / count);
      const pixels = (right - left) * (bottom - top);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        forEachPixel(raster, left, right, top, bottom, (at) => (sum += raster.data[at + channel]!));
        const mean = sum / Math.max(1, pixels);
        forEachPixel(raster, left, right, top, bottom, (at) => (raster.data[at + channel] = mean + 0.5));
      }
    }
  }
}

function forEachPixel(
  raster: Raster,
  left: number,
  right: number,
  top: number,
  bottom: number,
  visit: (at: number) => void,
): void {
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) visit((y * raster.width + x) * 3);
}

function blur(raster: Raster, region: Region): void {
  const radius = Math.max(1, Math.round(region.width * BLUR.radius));
  const { x, y, width, height } = region;
  const at = (column: number, row: number): number => ((y + row) * raster.width + x + column) * 3;
  for (let round = 0; round < BLUR.rounds; round++) {
    for (let channel = 0; channel < 3; channel++) {
      for (let row = 0; row < height; row++)
        blurLine(raster.data, width, radius, (i) => at(i, row) + channel);
      for (let column = 0; column < width; column++)
        blurLine(raster.data, height, radius, (i) => at(column, i) + channel);
    }
  }
}

/** Each value becomes the mean of those within `radius`; the ends count as often as they are reached beyond. */
function blurLine(data: Uint8Array, length: number, radius: number, at: (i: number) => number): void {
  const line = Array.from({ length }, (_, i) => data[at(i)]!);
  const value = (i: number): number => line[Math.min(length - 1, Math.max(0, i))]!;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += value(i);
  for (let i = 0; i < length; i++) {
    data[at(i)] = sum / (2 * radius + 1) + 0.5;
    sum += value(i + radius + 1) - value(i - radius);
  }
}
