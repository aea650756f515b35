// Fits stage 1: the two densities of the corrected cosine, on pairs of groups as the algorithm itself meets them.
//
// [Note: On-policy samples] Groups that a real run forms differ from random ones: they hold what is easy, and what is left
// between them is hard. So runs with the figures so far, stopped early and late, give the pairs for the next fit.
import { agglomerate } from '../cluster/qel/agglomerate.js';
import { averageEvidence, averageLogit } from '../cluster/qel/average-evidence.js';
import { statisticsOf } from '../cluster/qel/canonical-faces.js';
import { correctedCosine, cosineNoise } from '../cluster/qel/cluster-statistics.js';
import type { AverageCalibration, EvidenceCalibration } from '../cluster/qel/evidence-calibration.js';
import { type FaceGroups } from '../cluster/qel/face-group.js';
import { formGroups, forEachLink, linkNearest } from '../cluster/qel/form-groups.js';
import { type LabelledSet, majority, rankedSet } from './labelled-set.js';
import { type SeededRandom, seededRandom } from './seeded-random.js';

interface PairSample {
  readonly c: number;
  readonly v: number;
  readonly same: boolean;
}

const START: AverageCalibration = {
  offset: 0,
  slope: 1,
  sameMean: 0.92,
  sameSpread: 0.15,
  otherSpread: 0.05,
  sameFreedom: 6,
  otherFreedom: 20,
  dimensions: 278,
  stop: 3,
};
/**
 * Beyond, noise counts for nothing: data that say nothing of it would drive the figure on for ever. Far above the width of any
 * space, because the tails may already account for the noise: held at the width, the made-up sets ask about three faces in a
 * hundred instead of one.
 */
const DIMENSIONS_MAX = 1e7;
const PASSES = 2;
const STOPS = [6, 2, -1, -3];
const NEAREST = 20;
const RANDOM_FACES = 9000;
const RANDOM_FACES_EACH = 10;
/** Share of on-policy pairs of two people that is kept. */
const OTHERS_KEPT = 0.1;

/** @param calibration Everything but `average` and `linkage` must be fitted. */
export function fitAverage(
  sets: readonly LabelledSet[],
  calibration: EvidenceCalibration,
  seed: number,
): AverageCalibration {
  const random = seededRandom(seed);
  const samples: PairSample[] = [];
  for (const set of sets) samples.push(...randomPairs(set, calibration, random));
  const width = Math.max(...sets.map(({ faces }) => faces.width));
  const start = { ...START, dimensions: Math.min(START.dimensions, width / 2) };
  let average = descend(start, samples, 1);
  for (let pass = 0; pass < PASSES; pass++) {
    for (const set of sets) {
      for (const stop of STOPS) {
        const fitted = { ...calibration, average: { ...average, stop } };
        for (const sample of groupPairs(set, fitted))
          if (sample.same || random.uniform() < OTHERS_KEPT) samples.push(sample);
      }
    }
    average = descend(average, samples, 2);
  }
  return average;
}

/** Small groups around faces and their neighbours, of all sizes. */
function randomPairs(set: LabelledSet, calibration: EvidenceCalibration, random: SeededRandom): PairSample[] {
  const { faces, people } = rankedSet(set, calibration);
  const byPerson = new Map<number, number[]>();
  for (let rank = 0; rank < faces.count; rank++) {
    if (faces.gate[rank] !== null) continue;
    const list = byPerson.get(people[rank]!);
    if (list === undefined) byPerson.set(people[rank]!, [rank]);
    else list.push(rank);
  }
  const groupAround = (rank: number, size: number, not: readonly number[]): number[] => {
    const list = byPerson.get(people[rank]!)!;
    const members = [rank];
    for (let tries = 0; tries < size * 4 && members.length < size; tries++) {
      const other = list[random.below(list.length)]!;
      if (!members.includes(other) && !not.includes(other)) members.push(other);
    }
    return members;
  };
  const samples: PairSample[] = [];
  for (let r = 0; r < Math.min(RANDOM_FACES, RANDOM_FACES_EACH * faces.count); r++) {
    const rank = random.below(faces.count);
    if (faces.gate[rank] !== null) continue;
    const a = groupAround(rank, [1, 1, 1, 2, 4][random.below(5)]!, []);
    const statisticsA = statisticsOf(faces, a);
    const seen = new Set<number>();
    let looked = 0;
    forEachLink(faces, rank, (other) => {
      if (faces.gate[other] === null && !a.includes(other) && !seen.has(people[other]!)) {
        seen.add(people[other]!);
        const b = groupAround(other, [1, 1, 2, 4, 8, 16][random.below(6)]!, a);
        const statisticsB = statisticsOf(faces, b);
        samples.push({
          c: correctedCosine(statisticsA, statisticsB, calibration.impostorMean),
          v: cosineNoise(statisticsA, statisticsB),
          same: people[rank] === people[other],
        });
      }
      return ++looked < 30;
    });
  }
  return samples;
}

/** What is left between the groups of a run of stage 1. */
function groupPairs(set: LabelledSet, calibration: EvidenceCalibration): PairSample[] {
  const { groups, people } = averagedGroups(set, calibration);
  const person = new Map([...groups.values()].map((group) => [group.id, majority(people, group.members)]));
  const samples: PairSample[] = [];
  for (const a of groups.values()) {
    for (const id of a.links.keys()) {
      const b = groups.get(id)!;
      if (a.id > b.id) continue;
      samples.push({
        c: correctedCosine(a.statistics, b.statistics, calibration.impostorMean),
        v: cosineNoise(a.statistics, b.statistics),
        same: person.get(a.id)!.person === person.get(b.id)!.person,
      });
    }
  }
  return samples;
}

/** Stage 1 over a whole set. */
export function averagedGroups(
  set: LabelledSet,
  calibration: EvidenceCalibration,
): ReturnType<typeof rankedSet> & { readonly groups: FaceGroups } {
  const ranked = rankedSet(set, calibration);
  const clear = Array.from(ranked.people.keys()).filter((rank) => ranked.faces.gate[rank] === null);
  const groups = formGroups(
    ranked.faces,
    clear.map((rank) => [rank]),
  );
  linkNearest(ranked.faces, groups, NEAREST);
  agglomerate(groups, {
    rate: (a, b) => averageEvidence(calibration, a.statistics, b.statistics),
    stop: calibration.average.stop,
  });
  return { ...ranked, groups };
}

type Parameter = Exclude<keyof AverageCalibration, 'stop'>;

const STEPS: Readonly<Record<Parameter, number>> = {
  sameMean: 0.04,
  sameSpread: 0.2,
  otherSpread: 0.2,
  sameFreedom: 0.3,
  otherFreedom: 0.3,
  offset: 0.5,
  slope: 0.2,
  dimensions: 0.2,
};
const ROUNDS = 70;

/** Minimises the log loss one parameter at a time, with steps that halve when none helps; positive ones in log space. */
function descend(
  start: AverageCalibration,
  samples: readonly PairSample[],
  stepScale: number,
): AverageCalibration {
  const held = (name: Parameter, value: number): number => {
    if (name === 'dimensions') return Math.min(DIMENSIONS_MAX, value);
    return name === 'sameFreedom' || name === 'otherFreedom' ? Math.min(60, Math.max(2, value)) : value;
  };
  const names = Object.keys(STEPS) as Parameter[];
  let current = start;
  let best = logLoss(current, samples);
  for (let round = 0, scale = stepScale; round < ROUNDS && scale > 0.02; round++) {
    let improved = false;
    for (const name of names) {
      for (const sign of [1, -1]) {
        const step = sign * scale * STEPS[name];
        const additive = name === 'sameMean' || name === 'offset';
        const value = additive ? current[name] + step : current[name] * Math.exp(step);
        const tried = { ...current, [name]: held(name, value) };
        const loss = logLoss(tried, samples);
        if (loss < best - 1e-7) {
          best = loss;
          current = tried;
          improved = true;
        }
      }
    }
    if (!improved) scale /= 2;
  }
  return current;
}

function logLoss(average: AverageCalibration, samples: readonly PairSample[]): number {
  let loss = 0;
  for (const { c, v, same } of samples) {
    const logit = averageLogit({ average }, c, v);
    loss += Math.log1p(Math.exp(same ? -logit : logit));
  }
  return loss / samples.length;
}
