// `kindred evaluate --synthetic`: the protocol on the synthetic test sets, with the very functions that the service uses.
import { availableParallelism } from 'node:os';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { type Bar, barsOf } from './bars.js';
import { evaluateSet, type SetEvaluation, type SetOptions } from './evaluate-set.js';
import { BASELINE_THRESHOLDS, facesOf, labelledSet, TEST_SETS } from './synthetic-protocol.js';

export interface SyntheticEvaluation {
  readonly calibration: { readonly space: string; readonly fittedOn: string };
  readonly sets: readonly SetEvaluation[];
  readonly bars: readonly Bar[];
  readonly seconds: number;
}

export interface SyntheticOptions extends Omit<SetOptions, 'thresholds'> {
  /** Share (0..1] of the full sets: smaller ones are quicker, but the bars are made for 1. */
  readonly size: number;
}

export async function evaluateSynthetic(
  calibration: EvidenceCalibration,
  options: SyntheticOptions,
): Promise<SyntheticEvaluation> {
  const start = performance.now();
  const sets: SetEvaluation[] = [];
  for (const test of TEST_SETS) {
    options.progress(`${test.name}: all pairs`);
    const floor = calibration.links.ingestSimilarityMin;
    const faces = facesOf(test, options.size);
    const set = await labelledSet(test.name, faces, floor, availableParallelism());
    sets.push(evaluateSet(set, calibration, { ...options, thresholds: BASELINE_THRESHOLDS }));
  }
  return {
    calibration: { space: calibration.space, fittedOn: calibration.fittedOn },
    sets,
    bars: sets.flatMap(barsOf),
    seconds: (performance.now() - start) / 1000,
  };
}
