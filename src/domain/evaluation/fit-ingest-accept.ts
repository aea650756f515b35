// From which probability faces may join at ingest by themselves: the lowest at which simulated ingest makes few enough errors.
import type { EvidenceCalibration } from '../cluster/qel/evidence-calibration.js';
import { operatingPoint } from '../cluster/thresholds.js';
import { SMALL_SET_FACES } from './fit-linkage.js';
import { type LabelledSet, rankedSet } from './labelled-set.js';
import { permutation } from './seeded-random.js';
import { simulateEvidenceIngest } from './simulate-evidence-ingest.js';

/** Share of joins that must be right: a tenth of a percent more than promised, for the sets that it is not fitted on. */
const PRECISION = 0.996;
const TRIED = [0.9, 0.95, 0.97, 0.98, 0.99, 0.995];
/** Orders of arrival; in a small set one early mistake weighs much, so it takes more of them. */
const ORDERS = 3;
const ORDERS_OF_SMALL = 12;

/** @returns One of the probabilities tried; the highest when none is enough. */
export function fitIngestAccept(sets: readonly LabelledSet[], calibration: EvidenceCalibration): number {
  const ranked = sets.map((set) => rankedSet(set, calibration));
  const enough = TRIED.find((accept) => {
    let joined = 0;
    let wrong = 0;
    for (const { faces, people } of ranked) {
      const orders = faces.count < SMALL_SET_FACES ? ORDERS_OF_SMALL : ORDERS;
      for (let seed = 1; seed <= orders; seed++) {
        const order = permutation(faces.count, seed);
        const run = simulateEvidenceIngest(faces, people, order, operatingPoint({ accept }));
        joined += run.assigned;
        wrong += run.assignedWrongly;
      }
    }
    return joined - wrong >= PRECISION * joined;
  });
  return enough ?? TRIED[TRIED.length - 1]!;
}
