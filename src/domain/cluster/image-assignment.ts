// All faces of one photo together: nobody stands twice in a photo.
import { type AssignmentDecision, decideAssignment, type Probe } from './assignment.js';
import { type AssignmentPolicy, type PairLookup } from './ranked-candidate.js';
import type { Candidate } from './candidates.js';

/** One face of the photo with the clusters that its neighbours point at. */
export interface ProbeWithCandidates {
  readonly probe: Probe;
  readonly candidates: readonly Candidate[];
}

/**
 * Decides for every face of one photo; the answers stand in the order of `faces`. At most one face joins a cluster: the
 * closest keeps the place, the others decide again without that cluster. The order of `faces` changes no decision; equal
 * similarities are settled by `contentKey`.
 */
export function decideImageAssignments(
  faces: readonly ProbeWithCandidates[],
  policy: AssignmentPolicy,
  pair: PairLookup,
): AssignmentDecision[] {
  const taken = new Set<string>();
  const settled = new Map<ProbeWithCandidates, AssignmentDecision>();
  const waiting = new Set(faces);
  for (;;) {
    let closest: { readonly face: ProbeWithCandidates; readonly decision: Assigned } | undefined;
    for (const face of waiting) {
      const decision = decideAssignment(face.probe, face.candidates, policy, pair, taken);
      settled.set(face, decision);
      if (decision.kind !== 'assign') continue;
      if (closest === undefined || comesBefore(face, decision, closest)) closest = { face, decision };
    }
    if (closest === undefined) break;
    waiting.delete(closest.face);
    taken.add(closest.decision.clusterId);
    for (const bridged of closest.decision.bridges) taken.add(bridged);
  }
  return faces.map((face) => settled.get(face)!);
}

type Assigned = Extract<AssignmentDecision, { kind: 'assign' }>;

function comesBefore(
  face: ProbeWithCandidates,
  decision: Assigned,
  than: { readonly face: ProbeWithCandidates; readonly decision: Assigned },
): boolean {
  const order = decision.similarity - than.decision.similarity;
  return order > 0 || (order === 0 && face.probe.contentKey < than.face.probe.contentKey);
}
