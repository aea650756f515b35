// Faces of labelled photos with their graph, ready to be judged, and the bar that they are judged by.
import type { LabelledSet } from '../domain/evaluation/labelled-set.js';
import { labelledFacesOf, type PhotoFace } from '../domain/evaluation/photo-faces.js';
import type { Bar } from './bars.js';
import type { SetEvaluation } from './evaluate-set.js';
import { OWN_METHOD } from './method-figures.js';
import { neighbourGraphOf } from './neighbour-graph-of.js';

/** Lowest cosine that a graph is searched for: it must be above 0. */
const SIMILARITY_MIN = 0.01;
/** How much of BCubed F (0..1) grouping may lie behind the best baseline, whose threshold was tuned on the very photos. */
const BEHIND_BEST_MAX = 0.003;

/** @param similarityMin Links under this are left out. */
export async function photoSet(
  name: string,
  faces: readonly PhotoFace[],
  width: number,
  similarityMin: number,
  threads: number,
): Promise<LabelledSet> {
  const labelled = labelledFacesOf(faces, width);
  const floor = Math.max(SIMILARITY_MIN, similarityMin);
  const graph = await neighbourGraphOf(labelled.embeddings, width, floor, threads);
  return { name, faces: labelled, graph };
}

/** QEL after consolidation against the best of the baselines. */
export function photoBar({ set, methods }: SetEvaluation): Bar {
  const own = methods.find(({ method }) => method === OWN_METHOD)!;
  const baselines = methods.filter(({ method }) => !/at ingest|QEL/.test(method));
  const best = baselines.reduce((a, b) => (b.bcubed.f > a.bcubed.f ? b : a));
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  return {
    set,
    what: `BCubed F against ${best.method}`,
    reached: percent(own.bcubed.f),
    bar: `>= ${percent(best.bcubed.f - BEHIND_BEST_MAX)}`,
    met: own.bcubed.f >= best.bcubed.f - BEHIND_BEST_MAX,
  };
}
