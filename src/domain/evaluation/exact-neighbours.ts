// All pairs of a few hundred faces: the exact graph for small sets. Larger sets use the worker threads of src/evaluation.
import type { NeighbourGraph } from '../cluster/qel/neighbour-graph.js';

export interface SimilarPair {
  readonly a: number;
  readonly b: number;
  readonly similarity: number;
}

/** @param embeddings Unit vectors of `width` values, one after the other. */
export function exactNeighbours(
  embeddings: Float32Array,
  width: number,
  similarityMin: number,
): NeighbourGraph {
  const count = embeddings.length / width;
  const pairs: SimilarPair[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      let similarity = 0;
      for (let i = 0; i < width; i++) similarity += embeddings[a * width + i]! * embeddings[b * width + i]!;
      if (similarity >= similarityMin) pairs.push({ a, b, similarity });
    }
  }
  return graphOfPairs(count, pairs);
}

/** @param pairs Each pair once. Lists come out closest first, equals by number. */
export function graphOfPairs(count: number, pairs: readonly SimilarPair[]): NeighbourGraph {
  const lists: { other: number; similarity: number }[][] = Array.from({ length: count }, () => []);
  for (const { a, b, similarity } of pairs) {
    lists[a]!.push({ other: b, similarity: Math.fround(similarity) });
    lists[b]!.push({ other: a, similarity: Math.fround(similarity) });
  }
  const offsets = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) offsets[i + 1] = offsets[i]! + lists[i]!.length;
  const neighbours = new Int32Array(offsets[count]!);
  const similarities = new Float32Array(offsets[count]!);
  for (const [i, list] of lists.entries()) {
    list.sort((p, q) => q.similarity - p.similarity || p.other - q.other);
    for (const [k, { other, similarity }] of list.entries()) {
      neighbours[offsets[i]! + k] = other;
      similarities[offsets[i]! + k] = similarity;
    }
  }
  return { offsets, neighbours, similarities };
}
