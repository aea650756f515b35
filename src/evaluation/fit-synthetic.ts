// Fits the calibration of the synthetic space on the training sets, and from which log odds it joins on the validation sets.
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { fitEvidence } from '../domain/evaluation/fit-evidence.js';
import { bestJoin, tryJoins } from '../domain/evaluation/fit-join.js';
import { fitSpace } from '../domain/evaluation/fit-space.js';
import type { LabelledSet } from '../domain/evaluation/labelled-set.js';
import { describeSets, facesOf, labelledSet, TRAINING_SETS, VALIDATION_SETS } from './synthetic-protocol.js';

const SPACE_SEED = 5;

/** @param size Share (0..1] of the full sets. */
export async function fitSynthetic(size: number, threads: number): Promise<EvidenceCalibration> {
  const faces = TRAINING_SETS.map((set) => facesOf(set, size));
  const space = fitSpace(faces, SPACE_SEED);
  const floor = space.links.ingestSimilarityMin;
  const sets: LabelledSet[] = [];
  for (const [i, set] of TRAINING_SETS.entries())
    sets.push(await labelledSet(set.name, faces[i]!, floor, threads));
  const fitted = fitEvidence(sets, space, {
    space: 'synthetic-512',
    recogniserSha256: null,
    fittedOn: describeSets(TRAINING_SETS, size),
  });
  const trials = [];
  for (const set of VALIDATION_SETS) {
    const judged = await labelledSet(set.name, facesOf(set, size), floor, threads);
    trials.push(tryJoins(judged, fitted, () => true));
  }
  return { ...fitted, joinLogOddsMin: bestJoin(trials) };
}
