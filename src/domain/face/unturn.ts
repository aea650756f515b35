// Detections found on turned pixels, told in the frame of the picture as it was before the turn, and back again.
import type { Box } from '../geometry/box.js';
import { mapLandmarks, type Point } from '../geometry/landmarks.js';
import type { Turn } from '../geometry/turn.js';
import type { Detection } from './detection.js';

/** Where a point of the turned picture (`width` × `height` px) was before the turn. */
function unturnPoint(
  point: Point,
  turn: Turn,
  turned: { readonly width: number; readonly height: number },
): Point {
  switch (turn) {
    case 0:
      return point;
    case 90:
      return { x: point.y, y: turned.width - point.x };
    case 180:
      return { x: turned.width - point.x, y: turned.height - point.y };
    case 270:
      return { x: turned.height - point.y, y: point.x };
  }
}

/**
 * @param detection In px of the turned picture.
 * @param turn How far the picture was turned clockwise.
 * @param turned Size of the turned picture, px.
 */
export function unturnDetection(
  detection: Detection,
  turn: Turn,
  turned: { readonly width: number; readonly height: number },
): Detection {
  const a = unturnPoint({ x: detection.box.x1, y: detection.box.y1 }, turn, turned);
  const b = unturnPoint({ x: detection.box.x2, y: detection.box.y2 }, turn, turned);
  const box: Box = {
    x1: Math.min(a.x, b.x),
    y1: Math.min(a.y, b.y),
    x2: Math.max(a.x, b.x),
    y2: Math.max(a.y, b.y),
  };
  return {
    score: detection.score,
    box,
    landmarks: mapLandmarks(detection.landmarks, (p) => unturnPoint(p, turn, turned)),
  };
}

/**
 * The way there.
 * @param detection In px of the picture before the turn. @param turned Size of the turned picture, px.
 */
export function turnDetection(
  detection: Detection,
  turn: Turn,
  turned: { readonly width: number; readonly height: number },
): Detection {
  const sideways = turn === 90 || turn === 270;
  const before = sideways ? { width: turned.height, height: turned.width } : turned;
  // A quarter turn back is three on.
  return unturnDetection(detection, ((360 - turn) % 360) as Turn, before);
}
