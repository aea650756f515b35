// What the answers to "which of these two faces of one photo is this person?" do.
import type { Change, ChangePlan } from '../cluster/change-plan.js';
import type { ClusterFacts, FaceFacts } from '../cluster/cluster-facts.js';
import {
  blockingConstraints,
  type Constraint,
  orderedPair,
  tyingConstraints,
} from '../cluster/constraints.js';
import { retireOrRefuse } from '../cluster/human-conflict.js';
import { keepApart, moveByHuman, tieTo } from '../cluster/reshape.js';
import { answerPlan } from './answer-plan.js';
import { decisionFault, type ReviewDecision } from './decision.js';

export interface SameImageConflictContext {
  readonly itemId: string;
  /** The face that keeps the place meanwhile; it is in `cluster`. */
  readonly holder: FaceFacts;
  /** The other one; it is not. */
  readonly challenger: FaceFacts;
  readonly cluster: ClusterFacts;
  /** Where the challenger is; null when it belongs to nobody. */
  readonly own: ClusterFacts | null;
  readonly constraints: readonly Constraint[];
  /** For the holder when it has to leave. */
  readonly newClusterId: string;
}

export type SameImageConflictDecision = Extract<
  ReviewDecision,
  { decision: 'keep_one' | 'both' | 'neither' | 'dismiss' }
>;

const idsOf = (faces: readonly FaceFacts[]): string[] => faces.map((face) => face.id);

/** @throws DomainError review_item.decision_invalid, constraint.conflict. */
export function planSameImageDecision(
  decision: SameImageConflictDecision,
  context: SameImageConflictContext,
): ChangePlan {
  const { holder, challenger, cluster } = context;
  const answer = { itemId: context.itemId, decision: decision.decision };
  const plan = (changes: readonly Change[], outcome: Record<string, unknown> = {}): ChangePlan =>
    answerPlan(answer, changes, { cluster_id: cluster.id, face_ids: [holder.id, challenger.id], ...outcome });
  switch (decision.decision) {
    case 'keep_one':
      if (decision.faceId === holder.id)
        return plan(keepHolder(decision.override, context), { face_id: holder.id });
      if (decision.faceId === challenger.id)
        return plan(keepChallenger(decision.override, context), { face_id: challenger.id });
      throw decisionFault('#/face_id', 'is none of the two faces');
    case 'both':
      return plan(keepBoth(decision.override, context));
    case 'neither':
      return plan(keepNeither(decision.override, context));
    case 'dismiss':
      return plan(lookAgain(context));
  }
}

const restOf = ({ cluster, holder, challenger }: SameImageConflictContext): FaceFacts[] =>
  cluster.faces.filter((face) => face.id !== holder.id && face.id !== challenger.id);

/** An update of nothing: where the challenger is, becomes a question of its own. */
const lookAgain = ({ own }: SameImageConflictContext): Change[] =>
  own === null || own.state !== 'pending' ? [] : [{ do: 'update_cluster', clusterId: own.id }];

function keepHolder(override: boolean, context: SameImageConflictContext): Change[] {
  const { holder, challenger, cluster, constraints } = context;
  const tying = tyingConstraints(new Set([challenger.id]), new Set(idsOf(cluster.faces)), constraints);
  return [
    ...retireOrRefuse(tying, override),
    { do: 'lock_face', faceId: holder.id },
    ...keepApart([challenger], [{ ...holder, locked: true }, ...restOf(context)]),
    ...lookAgain(context),
  ];
}

function keepChallenger(override: boolean, context: SameImageConflictContext): Change[] {
  const { holder, challenger, constraints } = context;
  const rest = restOf(context);
  const inTheWay = [
    ...inTheWayOfChallenger(rest, context),
    ...tyingConstraints(new Set([holder.id]), new Set([challenger.id, ...idsOf(rest)]), constraints),
  ];
  return [
    ...retireOrRefuse(inTheWay, override, holder.locked ? [holder.id] : []),
    moveByHuman(challenger.id, context.cluster.id),
    ...tieTo([challenger.id], rest),
    ...sendHolderAway(context),
    ...keepApart([{ ...holder, locked: false }], [{ ...challenger, locked: true }, ...rest]),
    ...lookAgainIfOthersStay(context),
  ];
}

/** [Note: Twice in one image] of same-image.ts. */
function keepBoth(override: boolean, context: SameImageConflictContext): Change[] {
  const { holder, challenger, cluster } = context;
  return [
    ...retireOrRefuse(inTheWayOfChallenger(cluster.faces, context), override),
    moveByHuman(challenger.id, cluster.id),
    { do: 'lock_face', faceId: holder.id },
    ...tieTo([challenger.id], cluster.faces),
    { do: 'add_constraint', kind: 'same_image_ok', ...orderedPair(holder.id, challenger.id) },
    ...lookAgainIfOthersStay(context),
  ];
}

function keepNeither(override: boolean, context: SameImageConflictContext): Change[] {
  const { holder, challenger, constraints } = context;
  const rest = restOf(context);
  const tying = tyingConstraints(new Set([holder.id, challenger.id]), new Set(idsOf(rest)), constraints);
  return [
    ...retireOrRefuse(tying, override, holder.locked ? [holder.id] : []),
    ...sendHolderAway(context),
    ...keepApart([holder], rest),
    ...keepApart([challenger], rest),
    ...lookAgain(context),
  ];
}

/** What a human said against the challenger joining these faces, or leaving those that it is with. */
function inTheWayOfChallenger(
  faces: readonly FaceFacts[],
  { challenger, own, constraints }: SameImageConflictContext,
): Constraint[] {
  const left = idsOf(own?.faces ?? []).filter((faceId) => faceId !== challenger.id);
  return [
    ...blockingConstraints([challenger.id], idsOf(faces), constraints),
    ...tyingConstraints(new Set([challenger.id]), new Set(left), constraints),
  ];
}

/** The holder founds a provisional cluster of its own, which is asked about. */
function sendHolderAway({ holder, newClusterId }: SameImageConflictContext): Change[] {
  return [
    { do: 'create_cluster', clusterId: newClusterId, state: 'pending', label: null, externalRef: null },
    {
      do: 'move_face',
      faceId: holder.id,
      toClusterId: newClusterId,
      assignedBy: 'auto',
      locked: false,
      similarity: null,
      probability: null,
    },
  ];
}

const lookAgainIfOthersStay = (context: SameImageConflictContext): Change[] =>
  (context.own?.faces.length ?? 0) > 1 ? lookAgain(context) : [];
