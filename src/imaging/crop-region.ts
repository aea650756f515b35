// Which part of a picture a crop shows, and at which scale it has to be decoded for that.
import { boxHeight, boxWidth, clipBox, type Box } from '../domain/geometry/box.js';
import { DomainError } from '../domain/domain-error.js';
import type { Turn } from '../domain/geometry/turn.js';

export interface CropOptions {
  /** Room around the box on each side, as a fraction of its width and height, >= 0. */
  readonly marginRatio: number;
  /** Long side of the result at most, px. A smaller region is not enlarged. */
  readonly sizePx: number;
  /** Degrees clockwise that the crop is turned after it was cut. */
  readonly turn?: Turn;
}

/** Whole px of a picture. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface CropPlan {
  /** Size to which the whole upright picture is scaled, px. */
  readonly width: number;
  readonly height: number;
  /** What is cut from it. */
  readonly region: Region;
  /** The same part of the picture before it is scaled. */
  readonly source: Region;
}

/**
 * @param image Size of the upright picture, px. @param box px of it.
 * @throws DomainError crop.unavailable when the box lies outside the picture.
 */
export function planCrop(image: { width: number; height: number }, box: Box, options: CropOptions): CropPlan {
  const marginX = boxWidth(box) * options.marginRatio;
  const marginY = boxHeight(box) * options.marginRatio;
  const padded = { x1: box.x1 - marginX, y1: box.y1 - marginY, x2: box.x2 + marginX, y2: box.y2 + marginY };
  const region = clipBox(padded, image.width, image.height);
  if (!(boxWidth(region) > 0 && boxHeight(region) > 0)) {
    throw new DomainError('crop.unavailable', 'the region lies outside the image');
  }
  const scale = Math.min(1, options.sizePx / Math.max(boxWidth(region), boxHeight(region)));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const [left, columns] = span(region.x1, region.x2, width / image.width, width, options.sizePx);
  const [top, rows] = span(region.y1, region.y2, height / image.height, height, options.sizePx);
  const source = {
    left: Math.floor(region.x1),
    top: Math.floor(region.y1),
    width: Math.ceil(region.x2) - Math.floor(region.x1),
    height: Math.ceil(region.y2) - Math.floor(region.y1),
  };
  return { width, height, region: { left, top, width: columns, height: rows }, source };
}

/** Whole pixels of one axis: first and count, at least 1, inside `0..size`, at most `max`. */
function span(from: number, to: number, scale: number, size: number, max: number): [number, number] {
  const first = Math.min(Math.round(from * scale), size - 1);
  const last = Math.min(Math.max(Math.round(to * scale), first + 1), size);
  return [first, Math.min(last - first, max)];
}
