// "Two faces of one photo both belong to this person: which one is it?" Whoever is closer keeps the place until a human says.
import { type AssignmentDecision, decideAssignment } from '../cluster/assignment.js';
import { type AssignmentPolicy, type PairLookup } from '../cluster/ranked-candidate.js';
import type { Change } from '../cluster/change-plan.js';
import type { ProbeWithCandidates } from '../cluster/image-assignment.js';
import { reviewPriority } from './priority.js';

export interface ConflictingFace {
  readonly face_id: string;
  /** With the cluster, -1..1 and 0..1. */
  readonly similarity: number;
  readonly probability: number;
}

export interface SameImageConflictEvidence {
  readonly image_id: string;
  readonly cluster_id: string;
  /** The face that keeps the place meanwhile, then the one that had to look elsewhere. */
  readonly faces: readonly [ConflictingFace, ConflictingFace];
  /** Where the second face is meanwhile. */
  readonly own_cluster_id: string;
}

export interface SameImageConflict {
  readonly imageId: string;
  readonly clusterId: string;
  readonly confirmed: boolean;
  readonly holder: ConflictingFace;
  readonly challenger: ConflictingFace;
}

export const sameImageConflictSubject = (imageId: string, clusterId: string): string =>
  `image:${imageId}/cluster:${clusterId}`;

/**
 * The conflicts of one photo: a face that would have joined a cluster by itself, had no closer face of the photo taken it.
 * At most one for a cluster: the closest of those that lost. Hidden clusters raise none.
 * @param faces The faces with their candidates, and what was decided, in the same order.
 */
export function findSameImageConflicts(
  faces: readonly ProbeWithCandidates[],
  decisions: readonly AssignmentDecision[],
  policy: AssignmentPolicy,
  pair: PairLookup,
): SameImageConflict[] {
  const found = new Map<string, SameImageConflict & { readonly key: string }>();
  faces.forEach(({ probe, candidates }, i) => {
    if (!decisions[i]!.evidence.excluded.some(({ why }) => why === 'same_image')) return;
    const alone = decideAssignment(probe, candidates, policy, pair);
    if (alone.kind !== 'assign') return;
    const wanted = alone.clusterId;
    const holder = decisions.find(
      (decision) =>
        decision.kind === 'assign' &&
        decision.faceId !== probe.faceId &&
        (decision.clusterId === wanted || decision.bridges.includes(wanted)),
    );
    const state = candidates.find((candidate) => candidate.clusterId === wanted)?.state;
    if (holder?.kind !== 'assign' || state === 'ignored') return;
    const { similarity, probability } = alone;
    const before = found.get(holder.clusterId);
    const closer =
      before === undefined ||
      similarity > before.challenger.similarity ||
      (similarity === before.challenger.similarity && probe.contentKey < before.key);
    if (!closer) return;
    found.set(holder.clusterId, {
      imageId: probe.imageId,
      clusterId: holder.clusterId,
      confirmed: state === 'confirmed',
      holder: {
        face_id: holder.faceId,
        similarity: holder.similarity,
        probability: holder.probability,
      },
      challenger: { face_id: probe.faceId, similarity, probability },
      key: probe.contentKey,
    });
  });
  return [...found.values()].map(({ key: _key, ...conflict }) => conflict);
}

/** @param ownClusterId Where the face that lost is meanwhile. */
export function sameImageQuestion(
  conflict: SameImageConflict,
  ownClusterId: string,
): Extract<Change, { do: 'open_item' }> {
  const { imageId, clusterId, holder, challenger } = conflict;
  const evidence: SameImageConflictEvidence = {
    image_id: imageId,
    cluster_id: clusterId,
    faces: [holder, challenger],
    own_cluster_id: ownClusterId,
  };
  // Between two faces that both fit it is even odds which one is right.
  const evenOdds = 0.5;
  return {
    do: 'open_item',
    kind: 'same_image_conflict',
    subjectKey: sameImageConflictSubject(imageId, clusterId),
    faceId: challenger.face_id,
    clusterId,
    imageId,
    evidence: { ...evidence },
    priority: reviewPriority(2, evenOdds, conflict.confirmed),
    similarity: challenger.similarity,
    probability: challenger.probability,
  };
}
