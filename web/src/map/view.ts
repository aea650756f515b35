// Which part of the map is on the screen: places (0..1) to pixels, and the dots in an outline or near a pixel. Nothing here draws.
import { polygonContains } from 'd3-polygon';
import type { ZoomTransform } from 'd3-zoom';

export interface MapView {
  /** Pixels of one unit of the map. */
  readonly scale: number;
  /** Where the map's 0, 0 lies on the screen, px. */
  readonly x: number;
  readonly y: number;
}

export interface Pixel {
  readonly x: number;
  readonly y: number;
}
export interface Place {
  readonly x: number;
  readonly y: number;
}
/** px */
export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

/** Room around the whole map, px. */
const MARGIN = 24;

/** The whole map in the middle of the screen, moved and zoomed. */
export function viewOf({ k, x, y }: ZoomTransform, { width, height }: ScreenSize): MapView {
  const whole = Math.max(1, Math.min(width, height) - 2 * MARGIN);
  return { scale: whole * k, x: ((width - whole) / 2) * k + x, y: ((height - whole) / 2) * k + y };
}

export const toScreen = ({ scale, x, y }: MapView, place: Place): Pixel => ({
  x: x + place.x * scale,
  y: y + place.y * scale,
});

export function onScreen<T extends Place>(
  points: readonly T[],
  view: MapView,
  { width, height }: ScreenSize,
): T[] {
  return points.filter((point) => {
    const { x, y } = toScreen(view, point);
    return x >= 0 && x <= width && y >= 0 && y <= height;
  });
}

/** The points within an outline that was drawn on the screen; its ends are joined. */
export function inside<T extends Place>(points: readonly T[], view: MapView, outline: readonly Pixel[]): T[] {
  const corners = outline.map(({ x, y }): [number, number] => [x, y]);
  return points.filter((point) => {
    const { x, y } = toScreen(view, point);
    return polygonContains(corners, [x, y]);
  });
}

/** The point closest to a pixel, at most `reach` px away. */
export function nearest<T extends Place>(
  points: readonly T[],
  view: MapView,
  at: Pixel,
  reach: number,
): T | null {
  let best: T | null = null;
  let distance = reach;
  for (const point of points) {
    const pixel = toScreen(view, point);
    const own = Math.hypot(pixel.x - at.x, pixel.y - at.y);
    if (own <= distance) [best, distance] = [point, own];
  }
  return best;
}
