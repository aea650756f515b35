// Every number that decides about a face's quality, with its reason.
import type { FaceMeasures } from './measure-face.js';

/**
 * How one measure turns into quality, piecewise linear: 1 at `good`, .5 at `doubt` (from here on the reason is given), 0 at
 * `useless`. `good < doubt < useless` when high values are bad, the other way round when low ones are.
 */
export interface QualityRamp {
  readonly good: number;
  readonly doubt: number;
  readonly useless: number;
}

/** Quality below this means that at least one measure is past its doubt: the face founds and joins nothing by itself. */
export const QUALITY_DOUBT = 0.5;

export type MeasureName =
  Exclude<keyof FaceMeasures, 'pitch' | 'rollDegrees' | 'detectionScore'> | 'pitchOff';

/**
 * [Note: Where the quality thresholds come from]
 * 102 photos of 23 people (lfw_colour10, deepface; five a person at most) went through RetinaFace MobileNet-.25 and two
 * recognisers (MobileFaceNet w600k, EdgeFace-XS); each aligned crop was then degraded step by step and compared with the
 * undegraded crops of everybody. Mean cosine to one's own people: .644 / .673 undegraded, to others .014 / .017. A measure is
 * in doubt where the mean to one's own has lost a quarter to a third, and useless where strangers come near it.
 * Pose and residual: 617 undegraded faces (lfw_gray, lfw_colour10, deepface, azure_families), cosine to the mean of the
 * person's other faces, .746 on average. What is in doubt is 1 % of these faces.
 */
export const QUALITY_RAMPS: Readonly<Record<MeasureName, QualityRamp>> = {
  // Own cosine at 40 px .628 / .666, 28 px .586 / .635, 20 px .504 / .563, 16 px .424 / .491, 12 px .298 / .370.
  faceSizePx: { good: 40, doubt: 20, useless: 8 },
  // Median sharpness by blur (sigma in px of 112): 1 → 77, 2 → 13 (own .568), 2.5 → 7 (.504), 3 → 4 (.455), 4 → 2 (.327).
  sharpness: { good: 40, doubt: 5, useless: 1 },
  // Own cosine .74 up to .6, .70 up to 1, .53 to .63 beyond 1.3; a full profile measures 1.8 and more.
  yaw: { good: 0.5, doubt: 1.5, useless: 3 },
  // Distance from .5. No loss was seen up to .32 (faces that look far up: .22, far down: .82).
  pitchOff: { good: 0.3, doubt: 0.45, useless: 0.8 },
  // Own cosine .73 up to 7 px, .56 beyond 10 px; landmarks of a face found sideways measured 13.8.
  residualPx: { good: 5, doubt: 11, useless: 18 },
  // Crops with 20 % of the face cut away: own .59, 40 %: .53, 50 %: .47.
  outside: { good: 0.05, doubt: 0.4, useless: 0.8 },
};
