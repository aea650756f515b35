// Figures about one detected face from which its quality is judged.
import { boxHeight, boxWidth } from '../geometry/box.js';
import type { Landmarks5, Point } from '../geometry/landmarks.js';
import type { Raster } from '../geometry/raster.js';
import { applySimilarity, invertSimilarity, type FittedTransform } from '../geometry/similarity-transform.js';
import type { Detection } from './detection.js';

export interface FaceMeasures {
  /** The detector's score, 0..1. */
  readonly detectionScore: number;
  /** Shorter side of the box, px of the raster that the aligned crop is cut from. */
  readonly faceSizePx: number;
  /** Variance of the Laplacian of the 112×112 aligned crop's luma (0..255); higher is sharper. */
  readonly sharpness: number;
  /** Where the nose lies between the eyes: 0 in the middle, ±1 above an eye, beyond in profile. No unit. */
  readonly yaw: number;
  /** Where the nose lies between eye line (0) and mouth line (1); .5 ± .15 for a level gaze. No unit. */
  readonly pitch: number;
  /** Degrees clockwise of the line through the eyes, -180..180. */
  readonly rollDegrees: number;
  /** Root mean square distance to the ArcFace template after alignment, px of 112. */
  readonly residualPx: number;
  /** Share of the face (brows to chin, temple to temple, as the template places them) outside the raster, 0..1. */
  readonly outside: number;
}

/** Where brows, chin and temples lie on a 112×112 aligned crop, px. */
const FACE_ON_CROP = { left: 20, right: 92, top: 32, bottom: 108 };
/** Samples along one side when the visible share of a face is counted. */
const GRID = 12;

/** @param crop Aligned 112×112 crop of `raster`. @param fit The alignment onto the ArcFace template that made it. */
export function measureFace(
  detection: Detection,
  raster: { readonly width: number; readonly height: number },
  crop: Raster,
  fit: FittedTransform,
): FaceMeasures {
  const { box, landmarks } = detection;
  return {
    detectionScore: detection.score,
    faceSizePx: Math.min(boxWidth(box), boxHeight(box)),
    sharpness: laplacianVariance(crop),
    yaw: noseBetweenEyes(landmarks),
    pitch: noseBetweenEyesAndMouth(landmarks),
    rollDegrees: rollDegrees(landmarks),
    residualPx: fit.residual,
    outside: shareOutside(raster, fit),
  };
}

function shareOutside(
  raster: { readonly width: number; readonly height: number },
  fit: FittedTransform,
): number {
  const toRaster = invertSimilarity(fit.transform);
  const { left, right, top, bottom } = FACE_ON_CROP;
  let outside = 0;
  for (let row = 0; row < GRID; row++) {
    for (let column = 0; column < GRID; column++) {
      const { x, y } = applySimilarity(toRaster, {
        x: left + ((column + 0.5) / GRID) * (right - left),
        y: top + ((row + 0.5) / GRID) * (bottom - top),
      });
      if (x < -0.5 || y < -0.5 || x > raster.width - 0.5 || y > raster.height - 0.5) outside++;
    }
  }
  return outside / (GRID * GRID);
}

/** Degrees clockwise of the line from the left eye to the right eye, -180..180; 0 when the face is upright. */
export function rollDegrees([left, right]: Landmarks5): number {
  return (Math.atan2(right.y - left.y, right.x - left.x) * 180) / Math.PI;
}

/** Variance of the four-neighbour Laplacian of the luma, borders left out. */
export function laplacianVariance({ width, height, data }: Raster): number {
  const luma = new Float32Array(width * height);
  for (let i = 0, at = 0; i < luma.length; i++, at += 3) {
    luma[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const value = luma[i - 1]! + luma[i + 1]! + luma[i - width]! + luma[i + width]! - 4 * luma[i]!;
      sum += value;
      squares += value * value;
      count++;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

function noseBetweenEyes([left, right, nose]: Landmarks5): number {
  const along = projection(left, right, nose);
  return Number.isFinite(along) ? 2 * along - 1 : Infinity;
}

function noseBetweenEyesAndMouth([left, right, nose, mouthLeft, mouthRight]: Landmarks5): number {
  const eyes = middle(left, right);
  const along = projection(eyes, middle(mouthLeft, mouthRight), nose);
  return Number.isFinite(along) ? along : Infinity;
}

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** Share of the way from `from` to `to` where the foot of `point` lies; not finite when the two coincide. */
function projection(from: Point, to: Point, point: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  return ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy);
}
