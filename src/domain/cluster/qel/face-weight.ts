// What one face is worth: its gain a, its weight w and its precision λ, and whether it may found anything.
//
// [Note: Weights] A face is x = a·m + noise with its person's mean m (unit length) and a = its gain. Maximum likelihood of m
// from several faces adds them with w = a/(1−a²); the precision of the sum is Σλ with λ = a²/(1−a²).
import type { EvidenceCalibration, GainCalibration } from './evidence-calibration.js';

export interface FaceWeight {
  /** w, > 0 */
  readonly weight: number;
  /** λ, > 0 */
  readonly precision: number;
}

/** Cosine (0..1) that a face of this quality (0..1) has with its person's true mean. */
export function gainOf(calibration: GainCalibration, quality: number): number {
  const gain = calibration.intercept + calibration.slope * quality;
  return Math.min(calibration.max, Math.max(calibration.min, gain));
}

export function faceWeight(calibration: GainCalibration, quality: number): FaceWeight {
  const gain = gainOf(calibration, quality);
  const rest = 1 - gain * gain;
  return { weight: gain / rest, precision: (gain * gain) / rest };
}

/** Why a face is attach-only. */
export type GateReason = 'doubted' | 'low_quality' | 'unrecognisable';

/**
 * @param embedding At least as many values as `calibration.unrecognisable`.
 * @returns null for a face that may found clusters and join them.
 */
export function gateReason(
  calibration: EvidenceCalibration,
  quality: number,
  embedding: Float32Array,
): GateReason | null {
  if (quality < calibration.gate.qualityMin) return 'low_quality';
  const u = calibration.unrecognisable;
  let similarity = 0;
  for (let i = 0; i < u.length; i++) similarity += u[i]! * embedding[i]!;
  return similarity > calibration.gate.unrecognisableSimilarityMax ? 'unrecognisable' : null;
}
