// From which probability faces may join at ingest by themselves: the lowest at which simulated ingest makes few enough errors;
// and how many questions that leaves, which says whether evidence should decide at ingest at all.
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

/** @returns `ingestAccept` is one of the probabilities tried, the highest when none is enough. */
export function fitIngestAccept(
  sets: readonly LabelledSet[],
  calibration: EvidenceCalibration,
): { readonly ingestAccept: number; readonly ingestAsked: number } {
  const ranked = sets.map((set) => rankedSet(set, calibration));
  let ingestAccept = TRIED[0]!;
  let ingestAsked = 1;
  for (ingestAccept of TRIED) {
    let [arrived, joined, wrong, asked] = [0, 0, 0, 0];
    for (const { faces, people } of ranked) {
      const orders = faces.count < SMALL_SET_FACES ? ORDERS_OF_SMALL : ORDERS;
      for (let seed = 1; seed <= orders; seed++) {
        const order = permutation(faces.count, seed);
        const point = operatingPoint({ accept: ingestAccept });
        const run = simulateEvidenceIngest(faces, people, order, point);
        arrived += faces.count;
        joined += run.assigned;
        wrong += run.assignedWrongly;
        asked += run.asked;
      }
    }
    ingestAsked = asked / Math.max(1, arrived);
    if (joined - wrong >= PRECISION * joined) break;
  }
  return { ingestAccept, ingestAsked };
}
