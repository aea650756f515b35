// Draws the map on a canvas: a dot a face, coloured by person, ringed when doubtful, filled out when selected.
import type { Schemas } from '../api/client';
import { toScreen, type MapView, type Pixel } from './view';

export type Point = Schemas['MapPoint'];

export interface Picture {
  readonly points: readonly Point[];
  readonly view: MapView;
  readonly selected: ReadonlySet<string>;
  readonly hovered: string | null;
  /** What is being drawn around dots; empty: nothing. */
  readonly outline: readonly Pixel[];
}

/** px; few faces are drawn larger than many. */
const RADIUS = { least: 2.5, most: 8, ofOne: 40 };
/** Hues apart from each other, whatever the ids; degrees. */
const GOLDEN_ANGLE = 137.508;

/** The same person has the same colour each time. */
function hueOf(clusterId: string): number {
  let sum = 0;
  for (const character of clusterId) sum = (sum * 31 + character.charCodeAt(0)) % 100_003;
  return (sum * GOLDEN_ANGLE) % 360;
}

export function draw(canvas: HTMLCanvasElement, { points, view, selected, hovered, outline }: Picture): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  const [ink, grey, accent, ring] = ['--ink', '--ink-2', '--accent', '--danger'].map((name) =>
    style.getPropertyValue(name).trim(),
  ) as [string, string, string, string];
  const light = style.colorScheme === 'dark' ? 66 : 44;
  const { width, height } = canvas.getBoundingClientRect();
  const ratio = devicePixelRatio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const zoom = Math.sqrt(view.scale / Math.min(width, height));
  const radius = Math.min(
    RADIUS.most,
    Math.max(RADIUS.least, (zoom * RADIUS.ofOne) / Math.sqrt(points.length)),
  );
  for (const point of points) {
    const { x, y } = toScreen(view, point);
    if (x < -radius || y < -radius || x > width + radius || y > height + radius) continue;
    const isMarked = selected.has(point.face_id) || point.face_id === hovered;
    context.beginPath();
    context.arc(x, y, isMarked ? radius + 2 : radius, 0, 2 * Math.PI);
    context.fillStyle = point.cluster_id === null ? grey : `hsl(${hueOf(point.cluster_id)} 62% ${light}%)`;
    context.fill();
    if (isMarked) stroke(context, ink, 2.5);
    if (!point.doubtful) continue;
    context.beginPath();
    context.arc(x, y, radius + 4, 0, 2 * Math.PI);
    stroke(context, ring, 1.5);
  }
  if (outline.length < 2) return;
  context.beginPath();
  for (const { x, y } of outline) context.lineTo(x, y);
  context.closePath();
  context.globalAlpha = 0.12;
  context.fillStyle = accent;
  context.fill();
  context.globalAlpha = 1;
  context.setLineDash([5, 4]);
  stroke(context, accent, 1.5);
  context.setLineDash([]);
}

function stroke(context: CanvasRenderingContext2D, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}
