// What the answers to "is this face one of these people?" do. The face stands in a provisional cluster of its own until
// then; other faces may have joined it meanwhile.
import type { Change, ChangePlan } from '../cluster/change-plan.js';
import type { ClusterFacts, FaceFacts } from '../cluster/cluster-facts.js';
import {
  blockingConstraints,
  type Constraint,
  orderedPair,
  tyingConstraints,
} from '../cluster/constraints.js';
import { retireOrRefuse } from '../cluster/human-conflict.js';
import { planDismiss, tieTo } from '../cluster/reshape.js';
import { imagesInBoth } from '../cluster/same-image.js';
import { answerPlan } from './answer-plan.js';
import { decisionFault, type ReviewDecision } from './decision.js';
import type { OfferedCluster, UncertainAssignmentEvidence } from './review-item.js';

export interface UncertainAssignmentContext {
  readonly itemId: string;
  readonly evidence: UncertainAssignmentEvidence;
  readonly face: FaceFacts;
  /** The provisional cluster that the face is in. */
  readonly own: ClusterFacts;
  /** The candidates that still exist, and any other cluster that the decision names. */
  readonly clusters: ReadonlyMap<string, ClusterFacts>;
  readonly constraints: readonly Constraint[];
}

type UncertainDecision = Extract<
  ReviewDecision,
  { decision: 'accept' | 'reject' | 'new_cluster' | 'not_a_face' | 'dismiss' }
>;

/** @throws DomainError review_item.decision_invalid, constraint.conflict. */
export function planUncertainDecision(
  decision: UncertainDecision,
  context: UncertainAssignmentContext,
): ChangePlan {
  const { face, own } = context;
  const answer = { itemId: context.itemId, decision: decision.decision };
  const plan = (changes: readonly Change[], outcome: Record<string, unknown>): ChangePlan =>
    answerPlan(answer, changes, { face_id: face.id, ...outcome });

  switch (decision.decision) {
    case 'accept': {
      const target = acceptedCluster(decision.clusterId, context);
      return plan(acceptInto(target, decision.override, context), { cluster_id: target.id });
    }
    case 'reject': {
      const rejected = rejectedCandidates(decision.clusterIds, context);
      const apart = rejectAll(rejected, decision.override, context);
      const { changes, clusterId } = afterRejection(rejected, context);
      const rejectedIds = rejected.map((candidate) => candidate.cluster_id);
      return plan([...apart, ...changes], { cluster_ids: rejectedIds, cluster_id: clusterId });
    }
    case 'new_cluster': {
      const { label, externalRef } = decision;
      const changes: Change[] = [
        ...rejectAll(context.evidence.candidates, decision.override, context),
        {
          do: 'update_cluster',
          clusterId: own.id,
          state: 'confirmed',
          ...(label === null ? {} : { label }),
          ...(externalRef === null ? {} : { externalRef }),
        },
        { do: 'lock_face', faceId: face.id },
      ];
      return plan(changes, { cluster_id: own.id, label, external_ref: externalRef });
    }
    case 'not_a_face':
      if (decision.faceIds?.some((faceId) => faceId !== face.id) === true) {
        throw decisionFault('#/face_ids', 'the item is about one face only');
      }
      return plan(planDismiss([face.id], context.constraints).changes, {});
    case 'dismiss':
      return plan([], { cluster_id: own.id });
  }
}

function acceptedCluster(clusterId: string | null, context: UncertainAssignmentContext): ClusterFacts {
  const wanted = clusterId ?? context.evidence.candidates[0]?.cluster_id;
  const target = wanted === undefined ? undefined : context.clusters.get(wanted);
  if (target === undefined) throw decisionFault('#/cluster_id', 'there is no such cluster');
  if (target.id === context.own.id)
    throw decisionFault('#/cluster_id', 'is the provisional cluster of the face itself');
  return target;
}

/** The face goes to the target for good; whoever joined its provisional cluster meanwhile follows, where nothing forbids it. */
function acceptInto(target: ClusterFacts, override: boolean, context: UncertainAssignmentContext): Change[] {
  const { face, own, constraints } = context;
  const targetFaces = target.faces.map((member) => member.id);
  const others = own.faces.filter((member) => member.id !== face.id);
  const inTheWay = blockingConstraints([face.id], targetFaces, constraints);
  const offered = context.evidence.candidates.find((candidate) => candidate.cluster_id === target.id);
  const moved: Change = {
    do: 'move_face',
    faceId: face.id,
    toClusterId: target.id,
    assignedBy: 'human',
    locked: true,
    similarity: offered?.similarity ?? null,
    probability: offered?.probability ?? null,
  };
  const together = mayFollow(others, target, context);
  if (!together) {
    // Whoever stays contradicts a must-link only if a human tied the face to it.
    const tying = tyingConstraints(
      new Set([face.id]),
      new Set(others.map((member) => member.id)),
      constraints,
    );
    return [...retireOrRefuse([...inTheWay, ...tying], override), moved, ...tieTo([face.id], target.faces)];
  }
  return [
    ...retireOrRefuse(inTheWay, override),
    moved,
    ...others.map((member): Change => ({ do: 'move_face', faceId: member.id, toClusterId: target.id })),
    { do: 'close_as_merged', clusterId: own.id, into: target.id },
    ...tieTo([face.id], target.faces),
  ];
}

/** Whether the rest of the provisional cluster may follow the face: machine-made, unforbidden, and no photo doubled. */
function mayFollow(
  others: readonly FaceFacts[],
  target: ClusterFacts,
  context: UncertainAssignmentContext,
): boolean {
  const { own, constraints } = context;
  if (own.state !== 'pending' || own.label !== null || others.some((member) => member.locked)) return false;
  if (imagesInBoth(target.faces, others, constraints).length > 0) return false;
  const targetFaces = target.faces.map((member) => member.id);
  return (
    blockingConstraints(
      others.map((member) => member.id),
      targetFaces,
      constraints,
    ).length === 0
  );
}

function rejectedCandidates(
  clusterIds: readonly string[] | null,
  context: UncertainAssignmentContext,
): readonly OfferedCluster[] {
  const { candidates } = context.evidence;
  if (clusterIds === null) return candidates;
  return clusterIds.map((clusterId, i) => {
    const candidate = candidates.find((offered) => offered.cluster_id === clusterId);
    if (candidate === undefined) throw decisionFault(`#/cluster_ids/${i}`, 'is none of the candidates');
    return candidate;
  });
}

const idsOf = (faces: readonly FaceFacts[]): Set<string> => new Set(faces.map(({ id }) => id));

/**
 * Cannot-links between the face and every example that was shown. One that stands with the face meanwhile leaves it again: that it
 * is somebody else, has just been said.
 */
function rejectAll(
  candidates: readonly OfferedCluster[],
  override: boolean,
  context: UncertainAssignmentContext,
): Change[] {
  const { face, own, constraints } = context;
  const examples = new Set(candidates.flatMap((candidate) => candidate.face_ids));
  examples.delete(face.id);
  const leaving = own.faces.filter(({ id }) => examples.has(id));
  const staying = own.faces.filter(({ id }) => !examples.has(id));
  const tying = [
    ...tyingConstraints(new Set([face.id]), examples, constraints),
    ...tyingConstraints(idsOf(leaving), idsOf(staying.filter(({ id }) => id !== face.id)), constraints),
  ];
  const locked = leaving.filter((member) => member.locked).map(({ id }) => id);
  return [
    ...retireOrRefuse(tying, override, locked),
    ...leaving.map(({ id }): Change => ({
      do: 'move_face',
      faceId: id,
      toClusterId: null,
      locked: false,
      similarity: null,
      probability: null,
    })),
    ...[...examples].map((faceId): Change => ({
      do: 'add_constraint',
      kind: 'cannot_link',
      ...orderedPair(face.id, faceId),
    })),
  ];
}

/**
 * The next candidate when it lies in the auto band and leads by the margin; else nobody. A provisional cluster that others
 * have joined meanwhile stays as it is: it is somebody whom those candidates are not.
 */
function afterRejection(
  rejected: readonly OfferedCluster[],
  context: UncertainAssignmentContext,
): { readonly changes: Change[]; readonly clusterId: string | null } {
  const { face, own, evidence } = context;
  const gone = new Set(rejected.map((candidate) => candidate.cluster_id));
  const left = evidence.candidates.filter((candidate) => !gone.has(candidate.cluster_id));
  const next = left[0];
  const runnerUp = left[1];
  if (next !== undefined && next.probability >= evidence.accept) {
    const leads = runnerUp === undefined || next.logit - runnerUp.logit >= evidence.margin_logit;
    const target = context.clusters.get(next.cluster_id);
    if (leads && target !== undefined && mayMove(rejected, target, context)) {
      const changes = own.faces.map((member): Change => ({
        do: 'move_face',
        faceId: member.id,
        toClusterId: target.id,
        ...(member.id === face.id ? { similarity: next.similarity, probability: next.probability } : {}),
      }));
      return {
        changes: [...changes, { do: 'close_as_merged', clusterId: own.id, into: target.id }],
        clusterId: target.id,
      };
    }
  }
  if (own.faces.length > 1 || own.state !== 'pending' || own.label !== null) {
    // An update of nothing: the cluster is looked at again, because who it is has become a question of its own.
    return { changes: [{ do: 'update_cluster', clusterId: own.id }], clusterId: own.id };
  }
  return {
    changes: [{ do: 'move_face', faceId: face.id, toClusterId: null, similarity: null, probability: null }],
    clusterId: null,
  };
}

function mayMove(
  rejected: readonly OfferedCluster[],
  target: ClusterFacts,
  context: UncertainAssignmentContext,
): boolean {
  const { face, own, constraints } = context;
  const examples = new Set(rejected.flatMap((candidate) => candidate.face_ids));
  // The rejection of this very decision counts, too: the next candidate may hold an example of a rejected one.
  if ([...target.faces, ...own.faces].some((member) => member.id !== face.id && examples.has(member.id)))
    return false;
  if (imagesInBoth(target.faces, own.faces, constraints).length > 0) return false;
  const others = own.faces.filter((member) => member.id !== face.id);
  if (!mayFollow(others, target, context)) return false;
  return (
    blockingConstraints(
      [face.id],
      target.faces.map((member) => member.id),
      constraints,
    ).length === 0
  );
}
