// Batch methods on the neighbour graph: Chinese Whispers and average linkage.
import { agglomerate } from '../cluster/qel/agglomerate.js';
import type { CanonicalFaces } from '../cluster/qel/canonical-faces.js';
import { dot, emptyStatistics, addFace } from '../cluster/qel/cluster-statistics.js';
import { type FaceGroups, newGroup } from '../cluster/qel/face-group.js';
import { linkNearest } from '../cluster/qel/form-groups.js';
import type { NeighbourGraph } from '../cluster/qel/neighbour-graph.js';
import { permutation } from './seeded-random.js';

const WHISPERS = 20;

/** Biemann (2006): each face takes the label that its neighbours say loudest, until nothing changes. */
export function chineseWhispers(graph: NeighbourGraph, similarityMin: number, seed: number): Int32Array {
  const count = graph.offsets.length - 1;
  const label = Int32Array.from({ length: count }, (_, i) => i);
  const votes = new Map<number, number>();
  for (let round = 0; round < WHISPERS; round++) {
    let changed = false;
    for (const face of permutation(count, seed * 100 + round)) {
      votes.clear();
      let loudest = label[face]!;
      let most = -1;
      for (let at = graph.offsets[face]!; at < graph.offsets[face + 1]!; at++) {
        const similarity = graph.similarities[at]!;
        if (similarity < similarityMin) break;
        const other = label[graph.neighbours[at]!]!;
        const vote = (votes.get(other) ?? 0) + similarity;
        votes.set(other, vote);
        if (vote > most) {
          most = vote;
          loudest = other;
        }
      }
      if (loudest !== label[face]) {
        label[face] = loudest;
        changed = true;
      }
    }
    if (!changed) break;
  }
  return label;
}

/**
 * Joins the two groups with the highest mean similarity of all pairs until it falls under the bar. Quality counts for nothing
 * and nothing is gated. @returns The group of each face of the input.
 */
export function averageLinkage(faces: CanonicalFaces, similarityMin: number, nearest = 30): Int32Array {
  const groups: FaceGroups = new Map();
  const width = faces.embeddings[0]?.length ?? 0;
  for (let rank = 0; rank < faces.count; rank++) {
    const statistics = emptyStatistics(width);
    addFace(statistics, faces.embeddings[rank]!, { weight: 1, precision: 1 });
    groups.set(rank, newGroup(rank, statistics, [rank]));
  }
  linkNearest(faces, groups, nearest);
  agglomerate(groups, {
    rate: (a, b) => dot(a.statistics.sum, b.statistics.sum) / (a.statistics.count * b.statistics.count),
    stop: similarityMin,
  });
  const label = new Int32Array(faces.count);
  for (const group of groups.values()) for (const rank of group.members) label[faces.order[rank]!] = group.id;
  return label;
}
