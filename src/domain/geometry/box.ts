// Axis-aligned boxes in pixels of an image whose origin is the top left corner.

/** Corners in px: `x1 < x2`, `y1 < y2`; may reach beyond the image until clipped. */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export const boxWidth = (box: Box): number => box.x2 - box.x1;
export const boxHeight = (box: Box): number => box.y2 - box.y1;
export const boxArea = (box: Box): number => Math.max(0, boxWidth(box)) * Math.max(0, boxHeight(box));

/** Intersection over union, 0..1; 0 when either box is empty. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const overlap = width * height;
  return overlap / (boxArea(a) + boxArea(b) - overlap);
}

/** The part of `box` inside an image of `width` × `height` px. */
export function clipBox(box: Box, width: number, height: number): Box {
  const clamp = (value: number, max: number): number => Math.min(Math.max(value, 0), max);
  return {
    x1: clamp(box.x1, width),
    y1: clamp(box.y1, height),
    x2: clamp(box.x2, width),
    y2: clamp(box.y2, height),
  };
}

export function scaleBox(box: Box, factor: number): Box {
  return { x1: box.x1 * factor, y1: box.y1 * factor, x2: box.x2 * factor, y2: box.y2 * factor };
}
