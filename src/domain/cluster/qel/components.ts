// Parts of a tenant's faces that have nothing to do with each other.
//
// [Note: Components] Two clear faces whose cosine is `links.similarityMin` or more, or that a human tied together, lie in one
// component; nothing in consolidation looks across. So a component can be consolidated alone, several at once give the same
// as one by one, and after a change only the components that it touches need the work.
import type { CanonicalFaces } from './canonical-faces.js';
import { DisjointSets } from './disjoint-sets.js';
import { countAbove } from './neighbour-graph.js';

/** Clear faces by component; each ascending, the components by their lowest faces. */
export function findComponents(faces: CanonicalFaces): number[][] {
  const { graph, gate, calibration, word } = faces;
  const sets = new DisjointSets(faces.count);
  for (let rank = 0; rank < faces.count; rank++) {
    if (gate[rank] !== null) continue;
    const start = graph.offsets[rank]!;
    const end = start + countAbove(graph, rank, calibration.links.similarityMin);
    for (let at = start; at < end; at++) {
      const other = graph.neighbours[at]!;
      if (gate[other] === null) sets.join(rank, other);
    }
  }
  for (const ranks of word.units.values()) {
    const clear = ranks.filter((rank) => gate[rank] === null);
    for (const rank of clear.slice(1)) sets.join(clear[0]!, rank);
  }
  return sets
    .groups()
    .map((ranks) => ranks.filter((rank) => gate[rank] === null))
    .filter((ranks) => ranks.length > 0);
}
