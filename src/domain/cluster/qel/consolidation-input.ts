// What consolidation reads: faces, who is close to whom, and what humans said. Faces are named by their place in the lists.
import type { NeighbourGraph } from './neighbour-graph.js';

export interface ConsolidationFaces {
  /** Values of one embedding. */
  readonly width: number;
  /** Unit vectors of one space, one after the other. */
  readonly embeddings: Float32Array;
  /** 0..1 */
  readonly qualities: ArrayLike<number>;
  /** What the face is (photo's bytes and place in it), never when it came: unique, and settles every tie. */
  readonly contentKeys: readonly string[];
  /** Faces that were doubted when they were found (small, blurred, half hidden): they only attach. Absent: none. */
  readonly doubted?: ArrayLike<boolean>;
  /** Photo of each face; equal values are the same photo. */
  readonly photos: ArrayLike<string | number>;
}

export interface FacePair {
  readonly a: number;
  readonly b: number;
}

export interface HumanWord {
  readonly mustLinks: readonly FacePair[];
  readonly cannotLinks: readonly FacePair[];
  /**
   * Faces that humans confirmed, one list for each cluster that a human holds. They stay together, and two lists are never
   * joined by the machine: where evidence says so, the pair is reported instead.
   */
  readonly held: readonly (readonly number[])[];
}

export const NO_HUMAN_WORD: HumanWord = { mustLinks: [], cannotLinks: [], held: [] };

export interface ConsolidationInput {
  readonly faces: ConsolidationFaces;
  /**
   * Every pair from `links.ingestSimilarityMin` on, or as much of it as an index finds. With complete lists, what one
   * component becomes does not depend on any other ([Note: Components]).
   */
  readonly neighbours: NeighbourGraph;
  readonly human: HumanWord;
}
