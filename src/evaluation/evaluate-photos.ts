// `kindred evaluate --photos --pack`: the protocol on faces of labelled photos, with the calibration and the policy of the pack.
import { type Calibration } from '../domain/cluster/calibration.js';
import { consolidate } from '../domain/cluster/qel/consolidate.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { operatingPoint } from '../domain/cluster/thresholds.js';
import { type Confusion, confusions } from '../domain/evaluation/confusions.js';
import { consolidationInput } from '../domain/evaluation/labelled-set.js';
import { pairCurve, type PairCurve } from '../domain/evaluation/pair-curve.js';
import type { PhotoFace } from '../domain/evaluation/photo-faces.js';
import type { Bar } from './bars.js';
import { baselineThresholds } from './baseline-thresholds.js';
import { evaluateSet, type SetEvaluation, type SetOptions } from './evaluate-set.js';
import { photoBar, photoSet } from './photo-set.js';

export interface PhotoEvaluation {
  readonly calibration: { readonly space: string; readonly fittedOn: string };
  /** The faces as they are, then those made unrecognisable among them. */
  readonly sets: readonly SetEvaluation[];
  readonly pairs: PairCurve | null;
  /** What consolidation got wrong among all faces; numbers are places in the list of faces. */
  readonly confusions: readonly Confusion[];
  readonly bars: readonly Bar[];
  readonly seconds: number;
}

export interface PhotoEvaluationOptions extends Omit<SetOptions, 'thresholds' | 'linkage'> {
  /** Values of an embedding. */
  readonly width: number;
  /** What ingest decides by today. */
  readonly linkage: Calibration;
  readonly threads: number;
}

export async function evaluatePhotos(
  faces: readonly PhotoFace[],
  calibration: EvidenceCalibration,
  { width, linkage, threads, ...options }: PhotoEvaluationOptions,
): Promise<PhotoEvaluation> {
  const start = performance.now();
  const { neighbourSimilarityMin } = linkage.linkage;
  const point = operatingPoint({ neighbourSimilarityMin });
  const floor = Math.min(point.neighbourSimilarityMin, calibration.links.ingestSimilarityMin);
  const undamaged = await photoSet(
    'photos',
    faces.filter(({ damage }) => damage === null),
    width,
    floor,
    threads,
  );
  const all = await photoSet('photos and unrecognisable faces', faces, width, floor, threads);
  const sets = [undamaged, all].map((set) =>
    evaluateSet(set, calibration, {
      ...options,
      thresholds: baselineThresholds(set),
      linkage: { point, calibration: linkage },
    }),
  );
  const { groupOf } = consolidate(consolidationInput(all), calibration);
  return {
    calibration: { space: calibration.space, fittedOn: calibration.fittedOn },
    sets,
    pairs: pairCurve(undamaged.faces),
    confusions: confusions(all.faces.people, groupOf),
    bars: sets.map(photoBar),
    seconds: (performance.now() - start) / 1000,
  };
}
