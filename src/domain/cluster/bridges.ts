// Clusters that one face shows to be one person, where linkage decides.
import { linkageLogit, logitOf } from './calibration.js';
import type { AssignmentPolicy, PairLookup, RankedCandidate } from './ranked-candidate.js';

/**
 * [Note: Bridges] Whoever comes first founds a cluster, so an early pair of unlike photos of one person makes two. A face
 * that clearly fits both shows it, and the provisional one joins the other: without this every later photo would lie
 * "between two clusters" and be asked about. At most one of the joined clusters is a human's.
 */
export function bridge(
  front: RankedCandidate,
  accepted: readonly RankedCandidate[],
  policy: AssignmentPolicy,
  pair: PairLookup,
): ReadonlySet<string> {
  const joined = [front];
  for (const candidate of accepted) {
    if (candidate === front || candidate.state === 'ignored') continue;
    if (Math.min(candidate.probability, front.probability) < policy.point.bridge) continue;
    if (candidate.heldByHuman && joined.some((other) => other.heldByHuman)) continue;
    if (joined.every((other) => mayJoin(other, candidate, policy, pair))) joined.push(candidate);
  }
  return new Set(joined.map((candidate) => candidate.clusterId));
}

/** Whether two clusters that one face fits look like one person themselves, and nothing keeps them apart. */
export function mayJoin(
  a: RankedCandidate,
  b: RankedCandidate,
  policy: AssignmentPolicy,
  pair: PairLookup,
): boolean {
  const facts = pair(a.clusterId, b.clusterId);
  if (facts.apart) return false;
  // The smaller cluster is treated as one face, its centroid: all three similarities are then that of the centroids.
  const similarity = facts.centroidSimilarity;
  const logit = linkageLogit(policy.calibration.linkage, {
    best: similarity,
    topMean: similarity,
    centroid: similarity,
    faceCount: 1,
  });
  return logit >= logitOf(policy.point.bridgePair);
}

/** The cluster that keeps its id: a human's before a provisional one, then the larger, then the lower id. */
export function survivor(candidates: readonly RankedCandidate[]): RankedCandidate {
  return candidates.reduce((kept, other) => {
    const order =
      Number(other.heldByHuman) - Number(kept.heldByHuman) ||
      other.faceCount - kept.faceCount ||
      (other.clusterId < kept.clusterId ? 1 : -1);
    return order > 0 ? other : kept;
  });
}
