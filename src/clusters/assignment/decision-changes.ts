// What the decisions about the faces of a photo bring with them, beyond the place of each face.
import type { AssignmentDecision } from '../../domain/cluster/assignment.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import { reviewPriority } from '../../domain/review/priority.js';
import {
  type NearbyCluster,
  uncertainAssignmentEvidence,
  uncertainAssignmentSubject,
} from '../../domain/review/review-item.js';
import type { Gathered } from './gather-candidates.js';

/** Bridged clusters move in, a doubt becomes a question. */
export function followUp(decision: AssignmentDecision, home: string | null, gathered: Gathered): Change[] {
  if (decision.kind === 'assign') {
    return decision.bridges.flatMap((bridged): Change[] => [
      ...gathered
        .membersOf(bridged)
        .map((faceId): Change => ({ do: 'move_face', faceId, toClusterId: decision.clusterId })),
      { do: 'close_as_merged', clusterId: bridged, into: decision.clusterId },
    ]);
  }
  if (decision.kind !== 'ask' || home === null) return [];
  const best = decision.offered[0]!;
  return [
    {
      do: 'open_item',
      kind: 'uncertain_assignment',
      subjectKey: uncertainAssignmentSubject(decision.faceId),
      faceId: decision.faceId,
      clusterId: best.clusterId,
      evidence: {
        ...uncertainAssignmentEvidence(decision.faceId, home, decision.offered, decision.evidence),
      },
      priority: reviewPriority(1, best.probability, best.state === 'confirmed'),
      similarity: best.similarity,
      probability: best.probability,
    },
  ];
}

/** The candidates that were not good enough: what a founded cluster comes closest to. */
export const nearestOf = (
  decisions: readonly AssignmentDecision[],
  homes: readonly (string | null)[],
): Map<string, NearbyCluster[]> =>
  new Map(
    decisions.flatMap(({ kind, evidence }, i) => {
      const home = homes[i];
      if (kind !== 'create' || home === null || home === undefined) return [];
      return [
        [
          home,
          evidence.candidates.map(({ clusterId, similarity, probability }) => ({
            cluster_id: clusterId,
            similarity,
            probability,
          })),
        ],
      ];
    }),
  );
