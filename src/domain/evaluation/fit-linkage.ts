// Fits stage 2: the twelve weights, on the pairs that linking itself rates, started from groups of stage 1 of three grades.
import { agglomerate } from '../cluster/qel/agglomerate.js';
import { correctedCosine, cosineNoise } from '../cluster/qel/cluster-statistics.js';
import type { EvidenceCalibration } from '../cluster/qel/evidence-calibration.js';
import type { FaceGroup } from '../cluster/qel/face-group.js';
import { formGroups, linkRepresentatives } from '../cluster/qel/form-groups.js';
import { linkageEvidence, linkageFeatures } from '../cluster/qel/linkage-evidence.js';
import { averagedGroups } from './fit-average.js';
import { type LabelledSet, majority } from './labelled-set.js';
import { fitLogistic, type Sample } from './logistic-regression.js';
import { seededRandom } from './seeded-random.js';

/** A first guess that links what is clearly close: intercept, c and t5. */
const START = [-12, 12, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const PASSES = 4;
const STAGE_ONE_STOPS = [6, 3, 1];
/** Linking goes on below the bar that will be used, so that the doubtful is well represented. */
const FIRST_STOP = 2;
const STOP = -1;
/** Groups that hold less of one person have no clear answer. */
const PURITY_MIN = 0.8;
/** Shares (0..1) of the pairs of one person and of two that are kept; each of the latter stands for `weight`. */
const KEPT = { same: 0.7, others: 0.06, weight: 6 };

/**
 * [Note: Small sets] Photos of a few hundred people leave stage 1 hardly anything to decide, and what is told apart without error
 * asks for infinite weights. So small sets also begin from single faces, links count from the value of a missing one on, every
 * pair is kept, and one label in 500 is held to be wrong.
 */
export const SMALL_SET_FACES = 5000;
const KEPT_OF_SMALL = { same: 1, others: 1, weight: 0.3 };
const NO_STAGE_ONE = 1e6;
const SMALL_SET_DOUBT = 1 / 500;
const RIDGE = 1e-5;
/** A few hundred people do not carry twelve weights: with RIDGE, parts of the same people give weights of either sign. */
const SMALL_SET_RIDGE = 1e-3;

/** @param calibration With `average` fitted. */
export function fitLinkage(
  sets: readonly LabelledSet[],
  calibration: EvidenceCalibration,
  seed: number,
): Float64Array {
  const random = seededRandom(seed);
  const small = sets.every((set) => set.faces.count < SMALL_SET_FACES);
  const floor = calibration.links.missingSimilarity;
  const links = small
    ? { ...calibration.links, similarityMin: floor, ingestSimilarityMin: floor }
    : calibration.links;
  const stops = small ? [...STAGE_ONE_STOPS, NO_STAGE_ONE] : STAGE_ONE_STOPS;
  const kept = small ? KEPT_OF_SMALL : KEPT;
  const starts = sets.flatMap((set) =>
    stops.map((stop) => {
      const graded = { ...calibration, links, average: { ...calibration.average, stop } };
      const { faces, people, groups } = averagedGroups(set, graded);
      const lists = [...groups.values()].map((group) => [...group.members].sort((a, b) => a - b));
      return { faces, people, lists: lists.sort((a, b) => a[0]! - b[0]!) };
    }),
  );
  let linkage = Float64Array.from(START);
  const samples: Sample[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    for (const { faces, people, lists } of starts) {
      const groups = formGroups(faces, lists);
      linkRepresentatives(faces, groups);
      const labels = new Map<string, ReturnType<typeof majority>>();
      const labelOf = (group: FaceGroup): ReturnType<typeof majority> => {
        const key = `${group.id} ${group.version}`;
        const known = labels.get(key) ?? majority(people, group.members);
        labels.set(key, known);
        return known;
      };
      const current = { ...calibration, linkage };
      agglomerate(groups, {
        stop: pass === 0 ? FIRST_STOP : STOP,
        rate: (a, b, links) => {
          const figures = linkageEvidence(current, a.statistics, b.statistics, links);
          const [labelA, labelB] = [labelOf(a), labelOf(b)];
          if (labelA.share >= PURITY_MIN && labelB.share >= PURITY_MIN) {
            const same = labelA.person === labelB.person;
            if (random.uniform() < (same ? kept.same : kept.others)) {
              const c = correctedCosine(a.statistics, b.statistics, calibration.impostorMean);
              const v = cosineNoise(a.statistics, b.statistics);
              const { topMean, best } = figures;
              const x = linkageFeatures(c, v, topMean, best, a.statistics.count, b.statistics.count);
              samples.push({ x, same, weight: same ? 1 : kept.weight });
            }
          }
          return figures.logit;
        },
      });
    }
    linkage = Float64Array.from(
      fitLogistic(samples, {
        notNegative: [],
        doubt: small ? SMALL_SET_DOUBT : 0,
        ridge: small ? SMALL_SET_RIDGE : RIDGE,
      }),
    );
  }
  return linkage;
}
