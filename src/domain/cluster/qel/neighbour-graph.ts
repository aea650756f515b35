// Who is close to whom, as flat arrays: the neighbours of face i stand at offsets[i] .. offsets[i + 1], closest first.

export interface NeighbourGraph {
  /** One more than there are faces. */
  readonly offsets: Int32Array;
  readonly neighbours: Int32Array;
  /** Cosine of each neighbour, -1..1. */
  readonly similarities: Float32Array;
}

/**
 * The graph in another numbering of the faces, lists ordered by (similarity, new number): equal sets of faces give equal
 * graphs, whatever order they came in.
 * @param order The old number of each new one. @param similarityMin Links under this are left out.
 */
export function renumberGraph(
  graph: NeighbourGraph,
  order: Int32Array,
  similarityMin: number,
): NeighbourGraph {
  const newNumber = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) newNumber[order[i]!] = i;
  const offsets = new Int32Array(order.length + 1);
  for (let i = 0; i < order.length; i++) {
    offsets[i + 1] = offsets[i]! + countAbove(graph, order[i]!, similarityMin);
  }
  const total = offsets[order.length]!;
  const neighbours = new Int32Array(total);
  const similarities = new Float32Array(total);
  for (let i = 0; i < order.length; i++) {
    const from = graph.offsets[order[i]!]!;
    const start = offsets[i]!;
    const length = offsets[i + 1]! - start;
    for (let k = 0; k < length; k++) {
      neighbours[start + k] = newNumber[graph.neighbours[from + k]!]!;
      similarities[start + k] = graph.similarities[from + k]!;
    }
    orderEquals(neighbours, similarities, start, start + length);
  }
  return { offsets, neighbours, similarities };
}

/** How many neighbours of `face` are at least this close: lists stand closest first. */
export function countAbove(graph: NeighbourGraph, face: number, similarityMin: number): number {
  const start = graph.offsets[face]!;
  let low = start;
  let high = graph.offsets[face + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (graph.similarities[middle]! >= similarityMin) low = middle + 1;
    else high = middle;
  }
  return low - start;
}

/** Within runs of equal similarity: the lower number first. */
function orderEquals(neighbours: Int32Array, similarities: Float32Array, start: number, end: number): void {
  for (let at = start + 1; at < end; at++) {
    for (let k = at; k > start && similarities[k] === similarities[k - 1]; k--) {
      if (neighbours[k]! >= neighbours[k - 1]!) break;
      const swap = neighbours[k]!;
      neighbours[k] = neighbours[k - 1]!;
      neighbours[k - 1] = swap;
    }
  }
}
