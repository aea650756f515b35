// From which log odds consolidation may join groups without asking: where the groups of people whom the fit has not seen come out best.
//
// [Note: Purity counts twice] A look-alike who was joined hides among the others, while a part that was left apart is asked about. So
// the measure is BCubed F½, in which the share of a face's group that is its person weighs twice as much as the share of its person
// that is in its group. And people are judged in a gallery of everybody: among few people hardly anybody meets a look-alike.
import { consolidate } from '../cluster/qel/consolidate.js';
import type { EvidenceCalibration } from '../cluster/qel/evidence-calibration.js';
import { consolidationInput, type LabelledSet } from './labelled-set.js';

/** Log odds that are tried: 50 to 98 %. */
const TRIED = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];
/** How much less recall weighs than precision, in the F of van Rijsbergen (1979). */
const BETA = 0.5;

/** F½ (0..1) by which figures differ that are as good as each other: of these the lowest asks the fewest questions. */
const AS_GOOD = 0.001;

/** BCubed sums of the faces that count, for each of the log odds tried. */
export interface JoinTrial {
  readonly faces: number;
  readonly sums: readonly { readonly precision: number; readonly recall: number }[];
}

/** The figures that a trial tries; one of two groups with few faces is tried first, in galleries of few photos. */
export type JoinFigures = Pick<EvidenceCalibration, 'joinLogOddsMin' | 'joinLogOddsMinOfFew'>;

/**
 * @param set The whole gallery.
 * @param calibration Fitted without the faces that count.
 * @param counts Which faces count, by their place in the set.
 * @param figuresOf What to join from at each of the log odds tried; by default the same for all groups.
 */
export function tryJoins(
  set: LabelledSet,
  calibration: EvidenceCalibration,
  counts: (face: number) => boolean,
  figuresOf: (logOdds: number) => JoinFigures = (logOdds) => ({
    joinLogOddsMin: logOdds,
    joinLogOddsMinOfFew: null,
  }),
): JoinTrial {
  const counted = Array.from(set.faces.people.keys()).filter(counts);
  const input = consolidationInput(set);
  const sums = TRIED.map((logOdds) => {
    const { groupOf } = consolidate(input, { ...calibration, ...figuresOf(logOdds) });
    return bcubedSums(set.faces.people, groupOf, counted);
  });
  return { faces: counted.length, sums };
}

/** @returns The lowest log odds whose F½ over all trials is as good as the best. */
export function bestJoin(trials: readonly JoinTrial[]): number {
  const faces = trials.reduce((sum, trial) => sum + trial.faces, 0);
  const f = TRIED.map((_, i) => {
    const mean = (of: 'precision' | 'recall'): number =>
      trials.reduce((sum, trial) => sum + trial.sums[i]![of], 0) / faces;
    return leaningF(mean('precision'), mean('recall'));
  });
  return TRIED[f.findIndex((one) => one >= Math.max(...f) - AS_GOOD)]!;
}

function leaningF(precision: number, recall: number): number {
  const weight = BETA * BETA;
  return ((1 + weight) * precision * recall) / (weight * precision + recall);
}

/** Not as label-agreement.ts, where what does not count is left out of the groups: here a face is judged among everybody. */
function bcubedSums(
  people: Int32Array,
  groupOf: Int32Array,
  counted: readonly number[],
): { readonly precision: number; readonly recall: number } {
  const count = (labels: Iterable<string | number>): Map<string | number, number> => {
    const counts = new Map<string | number, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    return counts;
  };
  const both = (face: number): string => `${people[face]} ${groupOf[face]}`;
  const [ofPerson, ofGroup] = [count(people), count(groupOf)];
  const together = count(Array.from(people.keys(), both));
  let [precision, recall] = [0, 0];
  for (const face of counted) {
    precision += together.get(both(face))! / ofGroup.get(groupOf[face]!)!;
    recall += together.get(both(face))! / ofPerson.get(people[face]!)!;
  }
  return { precision, recall };
}
