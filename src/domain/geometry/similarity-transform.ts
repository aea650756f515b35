// Rotation, uniform scale and shift of the plane, fitted to pairs of points.
import type { Point } from './landmarks.js';

/** x' = a·x − b·y + tx, y' = b·x + a·y + ty. Never a reflection. */
export interface SimilarityTransform {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

export interface FittedTransform {
  readonly transform: SimilarityTransform;
  /** Root mean square distance, in px of the target, between the moved points and where they should be. */
  readonly residual: number;
}

/**
 * Least-squares similarity that moves `from` onto `to` (Umeyama 1991, in the plane, where it has a closed form).
 * Throws RangeError when there are fewer than two points, the lists differ in length, or all points of `from` coincide.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): FittedTransform {
  if (from.length !== to.length || from.length < 2) {
    throw new RangeError(
      `a similarity needs two or more pairs of points, not ${from.length} and ${to.length}`,
    );
  }
  const source = centroid(from);
  const target = centroid(to);
  let spread = 0;
  let along = 0;
  let across = 0;
  for (let i = 0; i < from.length; i++) {
    const fx = from[i]!.x - source.x;
    const fy = from[i]!.y - source.y;
    const gx = to[i]!.x - target.x;
    const gy = to[i]!.y - target.y;
    spread += fx * fx + fy * fy;
    along += fx * gx + fy * gy;
    across += fx * gy - fy * gx;
  }
  if (!(spread > 1e-12)) throw new RangeError('points that coincide have no similarity transform');
  const a = along / spread;
  const b = across / spread;
  const transform = {
    a,
    b,
    tx: target.x - a * source.x + b * source.y,
    ty: target.y - b * source.x - a * source.y,
  };
  let squares = 0;
  for (let i = 0; i < from.length; i++) {
    const moved = applySimilarity(transform, from[i]!);
    squares += (moved.x - to[i]!.x) ** 2 + (moved.y - to[i]!.y) ** 2;
  }
  return { transform, residual: Math.sqrt(squares / from.length) };
}

export function applySimilarity(t: SimilarityTransform, point: Point): Point {
  return { x: t.a * point.x - t.b * point.y + t.tx, y: t.b * point.x + t.a * point.y + t.ty };
}

/** Target px per source px. */
export function similarityScale(t: SimilarityTransform): number {
  return Math.hypot(t.a, t.b);
}

/** Throws RangeError for a transform that shrinks everything to one point. */
export function invertSimilarity(t: SimilarityTransform): SimilarityTransform {
  const square = t.a * t.a + t.b * t.b;
  if (!(square > 1e-24)) throw new RangeError('a similarity of scale 0 has no inverse');
  const a = t.a / square;
  const b = -t.b / square;
  return { a, b, tx: -(a * t.tx - b * t.ty), ty: -(b * t.tx + a * t.ty) };
}

function centroid(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point.x;
    y += point.y;
  }
  return { x: x / points.length, y: y / points.length };
}
