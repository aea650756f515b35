// Which part of the map is on the screen: places (0..1) to pixels and back, moving and zooming. Nothing here draws.

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
export interface Area {
  readonly from: Pixel;
  readonly to: Pixel;
}
export interface Place {
  readonly x: number;
  readonly y: number;
}
interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

/** Room around the whole map, px. */
const MARGIN = 24;
/** Zoom against the whole map. */
const ZOOM = { least: 0.5, most: 60 };

/** The whole map, in the middle. */
export function fit({ width, height }: ScreenSize): MapView {
  const scale = Math.max(1, Math.min(width, height) - 2 * MARGIN);
  return { scale, x: (width - scale) / 2, y: (height - scale) / 2 };
}

export const toScreen = ({ scale, x, y }: MapView, place: Place): Pixel => ({
  x: x + place.x * scale,
  y: y + place.y * scale,
});

export const moved = (view: MapView, dx: number, dy: number): MapView => ({
  ...view,
  x: view.x + dx,
  y: view.y + dy,
});

/** @param at What lies under it stays there. */
export function zoomed(view: MapView, factor: number, at: Pixel, screen: ScreenSize): MapView {
  const whole = fit(screen).scale;
  const scale = Math.min(ZOOM.most * whole, Math.max(ZOOM.least * whole, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

export function inside<T extends Place>(points: readonly T[], view: MapView, { from, to }: Area): T[] {
  const [left, right] = from.x < to.x ? [from.x, to.x] : [to.x, from.x];
  const [top, bottom] = from.y < to.y ? [from.y, to.y] : [to.y, from.y];
  return points.filter((point) => {
    const { x, y } = toScreen(view, point);
    return x >= left && x <= right && y >= top && y <= bottom;
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
