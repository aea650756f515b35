// Fits the calibration of the synthetic space on the training sets.
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { fitEvidence } from '../domain/evaluation/fit-evidence.js';
import { fitSpace } from '../domain/evaluation/fit-space.js';
import { describeSets, facesOf, labelledSet, TRAINING_SETS } from './synthetic-protocol.js';

const SPACE_SEED = 5;

/** @param size Share (0..1] of the full sets. */
export async function fitSynthetic(size: number, threads: number): Promise<EvidenceCalibration> {
  const faces = TRAINING_SETS.map((set) => facesOf(set, size));
  const space = fitSpace(faces, SPACE_SEED);
  const sets = [];
  for (const [i, set] of TRAINING_SETS.entries())
    sets.push(await labelledSet(set.name, faces[i]!, space.links.ingestSimilarityMin, threads));
  return fitEvidence(sets, space, {
    space: 'synthetic-512',
    recogniserSha256: null,
    fittedOn: describeSets(TRAINING_SETS, size),
  });
}
