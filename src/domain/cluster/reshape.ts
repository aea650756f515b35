// Merge, split, move and dismiss by a human's hand, as change plans. Each leaves constraints behind, so that the machine
// never undoes it.
import { DomainError } from '../domain-error.js';
import type { Change, ChangePlan } from './change-plan.js';
import { anchorFaces, type ClusterFacts, type FaceFacts } from './cluster-facts.js';
import { blockingConstraints, type Constraint, orderedPair, tyingConstraints } from './constraints.js';
import { retireOrRefuse } from './human-conflict.js';

/** Faces of each side that a cannot-link is anchored in: more than one, because faces can be erased. */
export const CANNOT_LINK_ANCHORS = 3;

const invalid = (pointer: string, detail: string): DomainError =>
  new DomainError('request.invalid', detail, { faults: [{ pointer, detail, code: 'invalid' }] });

const link = (kind: 'must_link' | 'cannot_link', faceX: string, faceY: string): Change => ({
  do: 'add_constraint',
  kind,
  ...orderedPair(faceX, faceY),
});

/** Cannot-links between two groups: their anchors in pairs. */
export function keepApart(groupA: readonly FaceFacts[], groupB: readonly FaceFacts[]): Change[] {
  const anchorsA = anchorFaces(groupA, CANNOT_LINK_ANCHORS);
  const anchorsB = anchorFaces(groupB, CANNOT_LINK_ANCHORS);
  const pairs = Math.max(anchorsA.length, anchorsB.length);
  if (anchorsA.length === 0 || anchorsB.length === 0) return [];
  return Array.from({ length: pairs }, (_, i) =>
    link('cannot_link', anchorsA[i % anchorsA.length]!, anchorsB[i % anchorsB.length]!),
  );
}

/** Must-links between faces and the cluster that a human put them with. */
export function tieTo(faceIds: readonly string[], cluster: readonly FaceFacts[]): Change[] {
  const changes: Change[] = [];
  for (const faceId of faceIds) {
    const anchor = anchorFaces(
      cluster.filter((face) => face.id !== faceId && !faceIds.includes(face.id)),
      1,
    )[0];
    if (anchor !== undefined) changes.push(link('must_link', faceId, anchor));
  }
  return changes;
}

export interface MergeRequest {
  readonly source: ClusterFacts;
  readonly target: ClusterFacts;
  /** Active constraints that name, or must-links tie to, a face of either cluster. */
  readonly constraints: readonly Constraint[];
  /** Two different labels: keep the target's. */
  readonly keepLabel: boolean;
  readonly override: boolean;
  /** Faces of the source that the human saw; they are tied to the target. Absent: the source's anchor. */
  readonly shownFaceIds?: readonly string[];
}

/**
 * All faces of the source move to the target, the source closes as merged. The target's label and reference stand, filled
 * from the source where empty.
 * @throws DomainError request.invalid (a cluster with itself), cluster.labels_differ, constraint.conflict.
 */
export function planMerge(request: MergeRequest): ChangePlan {
  const { source, target, constraints } = request;
  if (source.id === target.id) throw invalid('#/source_cluster_id', 'a cluster cannot be merged with itself');
  if (source.label !== null && target.label !== null && source.label !== target.label && !request.keepLabel) {
    throw new DomainError(
      'cluster.labels_differ',
      'The clusters have different labels; send "keep_label": true to keep the one of the cluster merged into.',
      {
        extensions: { labels: [source.label, target.label] },
      },
    );
  }
  const sourceFaces = source.faces.map((face) => face.id);
  const blocking = blockingConstraints(
    sourceFaces,
    target.faces.map((face) => face.id),
    constraints,
  );
  const tied = (request.shownFaceIds ?? anchorFaces(source.faces, 1)).filter((id) =>
    sourceFaces.includes(id),
  );
  const state = mergedState(source.state, target.state);
  const label = target.label ?? source.label;
  const externalRef = target.externalRef ?? source.externalRef;
  return {
    kind: 'cluster_merge',
    changes: [
      ...retireOrRefuse(blocking, request.override),
      ...sourceFaces.map((faceId): Change => ({ do: 'move_face', faceId, toClusterId: target.id })),
      { do: 'update_cluster', clusterId: target.id, state, label, externalRef },
      { do: 'close_as_merged', clusterId: source.id, into: target.id },
      ...tieTo(tied, target.faces),
    ],
  };
}

/**
 * [Note: A merge never un-hides] What a human hid stays hidden inside a provisional cluster; merging into a hidden cluster
 * hides. Only a hidden cluster that a human merges into a confirmed person shows again, as that person.
 */
function mergedState(source: ClusterFacts['state'], target: ClusterFacts['state']): ClusterFacts['state'] {
  if (target !== 'pending') return target;
  return source;
}

export interface SplitRequest {
  readonly cluster: ClusterFacts;
  readonly groups: readonly { readonly newClusterId: string; readonly faceIds: readonly string[] }[];
  readonly constraints: readonly Constraint[];
  readonly override: boolean;
}

/**
 * Each group becomes a new pending cluster of locked faces; faces that are named in no group stay. When the groups name
 * every face, the first group keeps the cluster. No part ever joins another again.
 * @throws DomainError request.invalid, constraint.conflict (a must-link between two parts).
 */
export function planSplit(request: SplitRequest): ChangePlan {
  const { cluster } = request;
  const byId = new Map(cluster.faces.map((face) => [face.id, face]));
  const seen = new Set<string>();
  const parts = request.groups.map((group, g) => {
    if (group.faceIds.length === 0) throw invalid(`#/groups/${g}`, 'a group must name at least one face');
    return group.faceIds.map((faceId, f) => {
      const face = byId.get(faceId);
      if (face === undefined) throw invalid(`#/groups/${g}/${f}`, 'the face is not in this cluster');
      if (seen.has(faceId)) throw invalid(`#/groups/${g}/${f}`, 'the face is named twice');
      seen.add(faceId);
      return face;
    });
  });
  if (parts.length === 0) throw invalid('#/groups', 'must name at least one group');
  const rest = cluster.faces.filter((face) => !seen.has(face.id));
  const stays = rest.length === 0 ? 0 : -1;
  if (rest.length === 0 && parts.length === 1)
    throw invalid('#/groups', 'a split must leave at least two parts');
  const all = rest.length === 0 ? parts : [...parts, rest];

  const tying: Constraint[] = [];
  const apart: Change[] = [];
  for (let a = 0; a < all.length; a++) {
    const partA = new Set(all[a]!.map((face) => face.id));
    for (let b = a + 1; b < all.length; b++) {
      const partB = new Set(all[b]!.map((face) => face.id));
      tying.push(...tyingConstraints(partA, partB, request.constraints));
      apart.push(...keepApart(all[a]!, all[b]!));
    }
  }
  const changes: Change[] = [...retireOrRefuse(tying, request.override)];
  parts.forEach((part, g) => {
    if (g === stays) {
      changes.push(...part.map((face): Change => ({ do: 'lock_face', faceId: face.id })));
      return;
    }
    const clusterId = request.groups[g]!.newClusterId;
    changes.push({ do: 'create_cluster', clusterId, state: 'pending', label: null, externalRef: null });
    changes.push(...part.map((face) => moveByHuman(face.id, clusterId)));
  });
  return { kind: 'cluster_split', changes: [...changes, ...apart] };
}

/** A face goes where a human puts it, and stays. */
export const moveByHuman = (faceId: string, toClusterId: string | null): Change => ({
  do: 'move_face',
  faceId,
  toClusterId,
  assignedBy: 'human',
  locked: true,
  similarity: null,
  probability: null,
});

export interface MoveRequest {
  readonly face: FaceFacts;
  /** Where the face is; null when it belongs to nobody. */
  readonly source: ClusterFacts | null;
  /** Where it goes; null: to nobody. */
  readonly target: ClusterFacts | null;
  readonly constraints: readonly Constraint[];
  readonly override: boolean;
}

/**
 * A human moves one face: it is locked, tied to the target, and kept apart from the rest of where it was.
 * @throws DomainError face.dismissed, constraint.conflict.
 */
export function planMove(request: MoveRequest): ChangePlan {
  const { face, source, target, constraints } = request;
  if (face.state === 'dismissed')
    throw new DomainError('face.dismissed', 'This was said to be no face; it belongs to nobody.');
  if (target !== null && source?.id === target.id) {
    return {
      kind: 'face_move',
      changes: [{ do: 'lock_face', faceId: face.id }, ...tieTo([face.id], target.faces)],
    };
  }
  const left = (source?.faces ?? []).filter((other) => other.id !== face.id);
  const inTheWay = [
    ...blockingConstraints(
      [face.id],
      (target?.faces ?? []).map((other) => other.id),
      constraints,
    ),
    ...tyingConstraints(new Set([face.id]), new Set(left.map((other) => other.id)), constraints),
  ];
  return {
    kind: 'face_move',
    changes: [
      ...retireOrRefuse(inTheWay, request.override),
      moveByHuman(face.id, target?.id ?? null),
      ...tieTo([face.id], target?.faces ?? []),
      ...keepApart([face], left),
    ],
  };
}

/** Detections that are no faces: embeddings are erased, boxes stay, what was said about them is retired. */
export function planDismiss(faceIds: readonly string[], constraints: readonly Constraint[]): ChangePlan {
  const gone = new Set(faceIds);
  return {
    kind: 'face_dismiss',
    changes: [
      ...constraints
        .filter(({ faceA, faceB }) => gone.has(faceA) || gone.has(faceB))
        .map((constraint): Change => ({ do: 'retire_constraint', constraintId: constraint.id })),
      ...[...gone].map((faceId): Change => ({ do: 'dismiss_face', faceId })),
    ],
  };
}
