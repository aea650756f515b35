// From millions of found pairs to lists of neighbours, closest first.
import type { NeighbourGraph } from './neighbour-graph.js';
import type { FoundPairs } from './pair-buffer.js';

/**
 * @param count Faces, at most 2^21.
 * @param parts Each pair once; similarities above 0.
 */
export function graphOfFoundPairs(count: number, parts: readonly FoundPairs[]): NeighbourGraph {
  const offsets = new Int32Array(count + 1);
  for (const { a, b } of parts) {
    for (let k = 0; k < a.length; k++) {
      offsets[a[k]! + 1]!++;
      offsets[b[k]! + 1]!++;
    }
  }
  for (let i = 0; i < count; i++) offsets[i + 1]! += offsets[i]!;
  const next = offsets.slice();
  const neighbours = new Int32Array(offsets[count]!);
  const similarities = new Float32Array(offsets[count]!);
  const put = (from: number, to: number, similarity: number): void => {
    const at = next[from]!++;
    neighbours[at] = to;
    similarities[at] = similarity;
  };
  for (const { a, b, similarities: found } of parts) {
    for (let k = 0; k < a.length; k++) {
      put(a[k]!, b[k]!, found[k]!);
      put(b[k]!, a[k]!, found[k]!);
    }
  }
  for (let i = 0; i < count; i++) sortList(neighbours, similarities, offsets[i]!, offsets[i + 1]!);
  return { offsets, neighbours, similarities };
}

const NEIGHBOUR_BITS = 2 ** 21;

/**
 * Closest first, equals by number. The bits of a float above 0 grow with its value, so similarity and neighbour fit one
 * number of 53 bits, and the engine sorts numbers much faster than it calls a comparison.
 */
function sortList(neighbours: Int32Array, similarities: Float32Array, start: number, end: number): void {
  const bits = new Uint32Array(similarities.buffer);
  const keys = new Float64Array(end - start);
  for (let k = 0; k < keys.length; k++) {
    keys[k] = bits[start + k]! * NEIGHBOUR_BITS + (NEIGHBOUR_BITS - 1 - neighbours[start + k]!);
  }
  keys.sort();
  for (let k = 0; k < keys.length; k++) {
    const key = keys[keys.length - 1 - k]!;
    const similarity = Math.floor(key / NEIGHBOUR_BITS);
    bits[start + k] = similarity;
    neighbours[start + k] = NEIGHBOUR_BITS - 1 - (key - similarity * NEIGHBOUR_BITS);
  }
}
