// What the answers to "are these two files one photo?" do: what a human decided about the faces of one holds for the faces
// at the same place in the other.
import type { Change, ChangePlan } from '../cluster/change-plan.js';
import type { ClusterFacts, FaceFacts } from '../cluster/cluster-facts.js';
import {
  blockingConstraints,
  type Constraint,
  orderedPair,
  tyingConstraints,
} from '../cluster/constraints.js';
import { retireOrRefuse } from '../cluster/human-conflict.js';
import { moveByHuman, planDismiss } from '../cluster/reshape.js';
import { answerPlan } from './answer-plan.js';
import { decisionFault, type ReviewDecision } from './decision.js';
import { type BoxedFace, type BoxedImage, matchingFaces } from './duplicate-image.js';

export type PlacedFace = BoxedFace & FaceFacts;

export interface DuplicateImageContext {
  readonly itemId: string;
  readonly images: readonly [BoxedImage<PlacedFace>, BoxedImage<PlacedFace>];
  /** The clusters that faces of either are in. */
  readonly clusters: ReadonlyMap<string, ClusterFacts>;
  readonly constraints: readonly Constraint[];
}

export type DuplicateImageDecision = Extract<ReviewDecision, { decision: 'same' | 'different' | 'dismiss' }>;

/** @throws DomainError review_item.decision_invalid, constraint.conflict. */
export function planDuplicateImageDecision(
  decision: DuplicateImageDecision,
  context: DuplicateImageContext,
): ChangePlan {
  const imageIds = context.images.map((image) => image.id);
  const answer = { itemId: context.itemId, decision: decision.decision };
  const plan = (changes: readonly Change[], outcome: Record<string, unknown> = {}): ChangePlan =>
    answerPlan(answer, changes, { image_ids: imageIds, ...outcome });
  if (decision.decision !== 'same') return plan([]);
  const kept = context.images.find((image) => image.id === decision.keep);
  const other = context.images.find((image) => image.id !== decision.keep);
  if (kept === undefined || other === undefined) throw decisionFault('#/keep', 'is none of the two images');
  return plan(copyDecisions(kept, other, decision.override, context), { keep: kept.id });
}

function copyDecisions(
  kept: BoxedImage<PlacedFace>,
  other: BoxedImage<PlacedFace>,
  override: boolean,
  context: DuplicateImageContext,
): Change[] {
  const pairs = matchingFaces(kept, other);
  const twin = new Map(pairs.map(([face, same]) => [face.id, same.id]));
  const inTheWay: Constraint[] = [];
  const locked: string[] = [];
  const changes: Change[] = [];
  for (const [face, same] of pairs) {
    if (same.state === 'dismissed') continue;
    if (face.state === 'dismissed') {
      if (same.locked) locked.push(same.id);
      changes.push(...planDismiss([same.id], context.constraints).changes);
      continue;
    }
    const said = context.constraints.filter(({ faceA, faceB }) => faceA === face.id || faceB === face.id);
    // What a human said of the other face itself stands where nobody placed this one.
    if (!face.locked && (said.length === 0 || same.locked)) continue;
    if (same.clusterId !== face.clusterId) {
      if (same.locked) locked.push(same.id);
      inTheWay.push(...againstMove(same, face.clusterId, context));
      changes.push(follow(face, same));
    } else if (face.locked) changes.push({ do: 'lock_face', faceId: same.id });
    if (face.clusterId !== null) changes.push(link('must_link', face.id, same.id));
    changes.push(...said.flatMap((constraint) => copyOf(constraint, face.id, twin)));
  }
  return [...retireOrRefuse(inTheWay, override, locked), ...unique(changes)];
}

/** The twin goes where the face is: by a human's word when that put the face there. */
const follow = (face: PlacedFace, twin: PlacedFace): Change =>
  face.locked
    ? moveByHuman(twin.id, face.clusterId)
    : {
        do: 'move_face',
        faceId: twin.id,
        toClusterId: face.clusterId,
        similarity: null,
        probability: null,
      };

/** What a human said against a face going there, or leaving those that it is with. */
function againstMove(
  face: PlacedFace,
  toClusterId: string | null,
  { clusters, constraints }: DuplicateImageContext,
): Constraint[] {
  const facesOf = (clusterId: string | null): string[] =>
    (clusters.get(clusterId ?? '')?.faces ?? []).map(({ id }) => id).filter((id) => id !== face.id);
  return [
    ...blockingConstraints([face.id], facesOf(toClusterId), constraints),
    ...tyingConstraints(new Set([face.id]), new Set(facesOf(face.clusterId)), constraints),
  ];
}

const link = (kind: Constraint['kind'], faceX: string, faceY: string): Change => ({
  do: 'add_constraint',
  kind,
  ...orderedPair(faceX, faceY),
});

/** The same word about the twin: with the other end, and with the twin of the other end when it stands in the photo, too. */
function copyOf(
  { kind, faceA, faceB }: Constraint,
  faceId: string,
  twin: ReadonlyMap<string, string>,
): Change[] {
  const same = twin.get(faceId)!;
  const end = faceA === faceId ? faceB : faceA;
  const endTwin = twin.get(end);
  // That one photo shows somebody twice is said of two faces of that photo.
  const ends = kind === 'same_image_ok' ? [endTwin] : [end, endTwin];
  return ends.flatMap((to) => (to === undefined || to === same ? [] : [link(kind, same, to)]));
}

function unique(changes: readonly Change[]): Change[] {
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}
