// What a new photo shows beyond the place of its faces.
import { type AssignmentDecision } from '../cluster/assignment.js';
import { type AssignmentPolicy, type PairLookup } from '../cluster/ranked-candidate.js';
import { mayJoin } from '../cluster/bridges.js';

/**
 * Pairs of clusters, each sorted and named once, that one new face clearly fits and that would have been bridged, were they
 * not both held by humans: only a human may merge them.
 */
export function bridgesDenied(
  decisions: readonly AssignmentDecision[],
  policy: AssignmentPolicy,
  pair: PairLookup,
): readonly (readonly [string, string])[] {
  const found = new Map<string, readonly [string, string]>();
  for (const { kind, evidence } of decisions) {
    if (kind === 'unclustered') continue;
    const clear = evidence.candidates.filter(
      (candidate) =>
        candidate.heldByHuman &&
        candidate.state !== 'ignored' &&
        candidate.probability >= policy.point.bridge,
    );
    for (let i = 0; i < clear.length; i++) {
      for (let j = i + 1; j < clear.length; j++) {
        const [a, b] = [clear[i]!, clear[j]!];
        if (!mayJoin(a, b, policy, pair)) continue;
        const sorted = [a.clusterId, b.clusterId].sort() as [string, string];
        found.set(sorted.join(), sorted);
      }
    }
  }
  return [...found.keys()].sort().map((key) => found.get(key)!);
}
