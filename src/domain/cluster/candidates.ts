// The clusters that the nearest faces of a probe point at.
import type { OperatingPoint } from './thresholds.js';

/** One stored face found by the nearest search. */
export interface Neighbour {
  readonly faceId: string;
  readonly clusterId: string;
  /** Cosine similarity to the probe, -1..1. */
  readonly similarity: number;
}

/** What is known of a cluster that may be offered for a probe. */
export interface CandidateFacts {
  readonly clusterId: string;
  readonly state: 'pending' | 'confirmed' | 'ignored';
  /** Faces in the probe's space, >= 1. */
  readonly faceCount: number;
  /** Cosine similarity of the probe to the cluster's centroid, -1..1. */
  readonly centroidSimilarity: number;
  /** A human named it, confirmed it, or put a face of it where it is: the machine may add to it, not dissolve it. */
  readonly heldByHuman: boolean;
  /** A human's word keeps the probe out of this cluster. */
  readonly cannotLink: boolean;
  /** It already holds a face of the probe's photo. */
  readonly holdsImage: boolean;
}

export interface Candidate extends CandidateFacts {
  /** Best similarity to a member. */
  readonly similarity: number;
  /** Mean of the `topCount` best similarities to members (of all, when the cluster has fewer). */
  readonly topMean: number;
  /** Nearest members, closest first. */
  readonly exemplarFaceIds: readonly string[];
  /** Best similarities to members, closest first, `topCount` at most; unlike in `topMean`, nothing stands for missing ones. */
  readonly links: readonly number[];
  /** c and v of the probe and the cluster (qel/cluster-statistics.ts); present where evidence decides. */
  readonly sums?: { readonly correctedCosine: number; readonly noise: number };
}

/** Closest first; equal similarities by face id, so that no order of arrival shows. */
const byCloseness = (a: Neighbour, b: Neighbour): number =>
  b.similarity - a.similarity || (a.faceId < b.faceId ? -1 : a.faceId > b.faceId ? 1 : 0);

/** Joins neighbours and cluster facts into candidates. Clusters without facts and neighbours under the floor are left out. */
export function gatherCandidates(
  neighbours: readonly Neighbour[],
  facts: readonly CandidateFacts[],
  point: OperatingPoint,
): Candidate[] {
  const members = new Map<string, Neighbour[]>();
  for (const neighbour of evidenceOf(neighbours, point)) {
    const list = members.get(neighbour.clusterId);
    if (list === undefined) members.set(neighbour.clusterId, [neighbour]);
    else list.push(neighbour);
  }
  const candidates: Candidate[] = [];
  for (const cluster of facts) {
    const list = members.get(cluster.clusterId);
    const closest = list?.[0];
    if (list === undefined || closest === undefined) continue;
    // Members that were not among the neighbours are at best as close as the floor: silence is evidence, too.
    const counted = Math.max(1, Math.min(point.topCount, cluster.faceCount));
    let sum = 0;
    for (let i = 0; i < counted; i++) sum += list[i]?.similarity ?? point.neighbourSimilarityMin;
    candidates.push({
      ...cluster,
      similarity: closest.similarity,
      topMean: sum / counted,
      exemplarFaceIds: list.slice(0, point.exemplarsShown).map((neighbour) => neighbour.faceId),
      links: list.slice(0, point.topCount).map((neighbour) => neighbour.similarity),
    });
  }
  return candidates;
}

function evidenceOf(neighbours: readonly Neighbour[], point: OperatingPoint): Neighbour[] {
  return neighbours
    .filter((neighbour) => neighbour.similarity >= point.neighbourSimilarityMin)
    .sort(byCloseness)
    .slice(0, point.neighbours);
}
