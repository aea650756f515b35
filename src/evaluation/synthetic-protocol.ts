// The synthetic sets of the protocol, by seed: what the calibration was fitted on and what it is judged by never overlap.
import { type LabelledSet } from '../domain/evaluation/labelled-set.js';
import { type LabelledFaces, syntheticFaces } from '../domain/evaluation/synthetic-faces.js';
import { neighbourGraphOf } from './neighbour-graph-of.js';

export interface SyntheticSet {
  readonly name: string;
  readonly seed: number;
  readonly hard: boolean;
}

export const TRAINING_SETS: readonly SyntheticSet[] = [
  { name: 'training', seed: 99, hard: false },
  { name: 'training, hard', seed: 98, hard: true },
];
/** From which log odds groups are joined is fitted on these. */
export const VALIDATION_SETS: readonly SyntheticSet[] = [
  { name: 'validation', seed: 97, hard: false },
  { name: 'validation, hard', seed: 96, hard: true },
];
export const TEST_SETS: readonly SyntheticSet[] = [
  { name: 'synthetic', seed: 1, hard: false },
  { name: 'hard', seed: 4, hard: true },
];

/** Cosines around the best thresholds of every baseline in this space. */
export const BASELINE_THRESHOLDS = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55];

/** How large a set is; the bars are for size 1. */
const FULL_SIZE = { people: 1000, faces: 20_000, strangers: 500, unrecognisable: 500 };

/** @param size Share (0..1] of the full number of people and faces. */
export function facesOf({ seed, hard }: SyntheticSet, size: number): LabelledFaces {
  const scaled = Object.fromEntries(
    Object.entries(FULL_SIZE).map(([name, count]) => [name, Math.round(count * size)]),
  ) as typeof FULL_SIZE;
  return syntheticFaces({ seed, hard, ...scaled });
}

export async function labelledSet(
  name: string,
  faces: LabelledFaces,
  similarityMin: number,
  threads: number,
): Promise<LabelledSet> {
  const graph = await neighbourGraphOf(faces.embeddings, faces.width, similarityMin, threads);
  return { name, faces, graph };
}

export function describeSets(sets: readonly SyntheticSet[], size: number): string {
  const { people, faces, strangers, unrecognisable } = FULL_SIZE;
  const seeds = sets.map(({ seed, hard }) => `${seed}${hard ? ' (hard)' : ''}`).join(' and ');
  const scale = size === 1 ? '' : ` times ${size}`;
  return (
    `synthetic faces of seeds ${seeds}, each ${people} people with ${faces} faces, ${strangers} strangers, ` +
    `${unrecognisable} unrecognisable${scale}`
  );
}
