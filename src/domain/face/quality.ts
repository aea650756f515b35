// Whether a face is good enough to found or join a cluster by itself.
import type { FaceMeasures } from './measure-face.js';
import { QUALITY_RAMPS, type MeasureName, type QualityRamp } from './quality-thresholds.js';

/** Why a face was kept but not clustered, or is doubted. Stable codes: clients branch on them. */
export const QUALITY_REASONS = [
  'face_small',
  'face_blurred',
  'face_turned',
  'face_truncated',
  'detection_weak',
  'alignment_poor',
  'embedding_weak',
] as const;

export type QualityReason = (typeof QUALITY_REASONS)[number];

const REASON_OF: Readonly<Record<MeasureName, QualityReason>> = {
  faceSizePx: 'face_small',
  sharpness: 'face_blurred',
  yaw: 'face_turned',
  pitchOff: 'face_turned',
  residualPx: 'alignment_poor',
  outside: 'face_truncated',
};

export interface FaceQuality {
  /** 0..1: the worst measure decides. Below QUALITY_DOUBT exactly when there is a reason. */
  readonly quality: number;
  /** In the order of QUALITY_REASONS. */
  readonly reasons: readonly QualityReason[];
}

/** What depends on the pack or the configuration rather than on faces in general. */
export interface QualityRules {
  /** Detections below are in doubt, 0..1; detectors' scores mean different things. */
  readonly detectionScoreWeak: number;
  /** Length of the raw embedding below which its network doubts that it saw a face; 0 = not used. */
  readonly embeddingNormMin: number;
  /** Overrides the size in doubt, px; undefined = as QUALITY_RAMPS says. */
  readonly faceSizePxMin?: number;
}

/**
 * @param embeddingNorm Length of the recogniser's raw vector.
 * @returns quality and reasons; a measure that is not finite counts as useless.
 */
export function assessQuality(
  measures: FaceMeasures,
  embeddingNorm: number,
  rules: QualityRules,
): FaceQuality {
  const size = rules.faceSizePxMin;
  const values: Readonly<Record<MeasureName, number>> = {
    faceSizePx: measures.faceSizePx,
    sharpness: measures.sharpness,
    yaw: Math.abs(measures.yaw),
    pitchOff: Math.abs(measures.pitch - 0.5),
    residualPx: measures.residualPx,
    outside: measures.outside,
  };
  const judged: { readonly share: number; readonly reason: QualityReason }[] = (
    Object.keys(values) as MeasureName[]
  ).map((name) => {
    const configured = name === 'faceSizePx' && size !== undefined;
    const ramp = configured ? sizeRamp(Math.max(1, size)) : QUALITY_RAMPS[name];
    return { share: shareOf(values[name], ramp), reason: REASON_OF[name] };
  });
  const weak = rules.detectionScoreWeak;
  judged.push({
    share: shareOf(measures.detectionScore, { good: (1 + weak) / 2 + 1e-9, doubt: weak, useless: 0 }),
    reason: 'detection_weak',
  });
  if (rules.embeddingNormMin > 0) {
    const doubt = rules.embeddingNormMin;
    judged.push({
      share: shareOf(embeddingNorm, { good: doubt * 1.4, doubt, useless: doubt * 0.6 }),
      reason: 'embedding_weak',
    });
  }
  const given = new Set(judged.filter(({ share }) => share < 0.5).map(({ reason }) => reason));
  return {
    quality: Math.min(...judged.map(({ share }) => share)),
    reasons: QUALITY_REASONS.filter((reason) => given.has(reason)),
  };
}

/** 1 at `good` and better, .5 at `doubt`, 0 at `useless` and worse, linear between. */
function shareOf(value: number, { good, doubt, useless }: QualityRamp): number {
  if (!Number.isFinite(value)) return 0;
  const towardsGood = (value - doubt) / (good - doubt);
  if (towardsGood >= 0) return 0.5 + 0.5 * Math.min(1, towardsGood);
  return 0.5 * Math.max(0, (value - useless) / (doubt - useless));
}

const sizeRamp = (doubt: number): QualityRamp => ({ good: doubt * 2, doubt, useless: doubt * 0.4 });
