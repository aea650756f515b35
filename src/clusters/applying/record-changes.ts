// Makes the record of an operation from what stood before it and what stands after it: see recorded-changes.ts.
import type { FacePatch } from '../../database/repositories/face-repository.js';
import type { ClusterRecord, FaceRecord, ReviewItemRecord } from '../../database/records.js';
import type { ReviewItemImage } from '../../database/repositories/review-item-writes.js';
import {
  type ClusterDelta,
  type ClusterImage,
  type DeletedCluster,
  differingMembers,
  type FaceDelta,
  type FaceImage,
  groupFaceDeltas,
  type ItemDelta,
  type ItemImage,
} from '../../domain/cluster/recorded-changes.js';
import type { FaceWrites } from './face-writes.js';

const faceImage = (face: FaceRecord): FaceImage => ({
  cluster_id: face.clusterId,
  state: face.state,
  assigned_by: face.assignedBy,
  locked: face.locked,
  similarity: face.similarity,
  probability: face.probability,
});

export function faceDeltas(before: readonly FaceRecord[], { patches }: FaceWrites): FaceDelta[] {
  return groupFaceDeltas(
    before.flatMap((face) => {
      const patch: FacePatch | undefined = patches.get(face.id);
      const differing = patch && differingMembers(faceImage(face), faceImage({ ...face, ...patch }));
      return differing ? [{ id: face.id, ...differing }] : [];
    }),
  );
}

const clusterImage = (cluster: ClusterRecord): ClusterImage => ({
  state: cluster.state,
  label: cluster.label,
  external_ref: cluster.externalRef,
  cover_face_id: cluster.coverFaceId,
  merged_into: cluster.mergedInto,
});

/** @param after By id; clusters that are gone are left out. */
export function clusterDeltas(
  before: readonly ClusterRecord[],
  after: ReadonlyMap<string, ClusterRecord>,
): ClusterDelta[] {
  return before.flatMap((cluster) => {
    const now = after.get(cluster.id);
    const differing = now && differingMembers(clusterImage(cluster), clusterImage(now));
    return differing ? [{ id: cluster.id, ...differing }] : [];
  });
}

/** Merged clusters that an operation makes point elsewhere: to `into`, or nowhere when what they point at is deleted. */
export function redirectDeltas(
  redirected: readonly ClusterRecord[],
  into: (from: string) => string | null,
): ClusterDelta[] {
  return redirected.map(({ id, mergedInto }) => ({
    id,
    before: { merged_into: mergedInto },
    after: { merged_into: mergedInto === null ? null : into(mergedInto) },
  }));
}

/** @param keep False when faces are erased: nothing of what stood before is kept then. */
export function deletedClusters(
  ids: readonly string[],
  before: readonly ClusterRecord[],
  keep: boolean,
): DeletedCluster[] {
  const records = new Map(before.map((cluster) => [cluster.id, cluster]));
  return ids.map((id) => {
    const record = keep ? records.get(id) : undefined;
    return {
      id,
      before: record ? { ...clusterImage(record), created_at: record.createdAt.toISOString() } : null,
    };
  });
}

const itemImage = (item: ReviewItemRecord): ItemImage => ({
  state: item.state,
  outcome: item.outcome,
  operation_id: item.operationId,
  resolved_at: item.resolvedAt?.toISOString() ?? null,
  resolved_by: item.resolvedBy,
  evidence: item.evidence,
  cluster_id: item.clusterId,
  other_cluster_id: item.otherClusterId,
  priority: item.priority,
  similarity: item.similarity,
  probability: item.probability,
});

/** An item with the members that the operation changes. */
export function itemDelta(item: ReviewItemRecord, members: readonly (keyof ItemImage)[]): ItemDelta {
  const image = itemImage(item);
  return { id: item.id, before: Object.fromEntries(members.map((member) => [member, image[member]])) };
}

/** One delta for each item; what it was first counts. */
export function joinItemDeltas(deltas: readonly ItemDelta[]): ItemDelta[] {
  const byId = new Map<string, ItemDelta>();
  for (const { id, before } of deltas) byId.set(id, { id, before: { ...before, ...byId.get(id)?.before } });
  return [...byId.values()].filter(({ before }) => Object.keys(before).length > 0);
}

/** What the planner of an undo wants an item to be, as the repository takes it. */
export function reviewItemImage(image: Partial<ItemImage>): ReviewItemImage {
  const { state, outcome, operation_id, resolved_at, resolved_by, evidence, ...rest } = image;
  const { cluster_id, other_cluster_id, ...figures } = rest;
  return {
    ...figures,
    ...(state === undefined ? {} : { state: state as ReviewItemRecord['state'] }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(operation_id === undefined ? {} : { operationId: operation_id }),
    ...(resolved_at === undefined ? {} : { resolvedAt: resolved_at === null ? null : new Date(resolved_at) }),
    ...(resolved_by === undefined ? {} : { resolvedBy: resolved_by }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(cluster_id === undefined ? {} : { clusterId: cluster_id }),
    ...(other_cluster_id === undefined ? {} : { otherClusterId: other_cluster_id }),
  };
}

export function clusterPatch(image: Partial<ClusterImage>) {
  const { state, label, external_ref, cover_face_id, merged_into } = image;
  return {
    ...(state === undefined ? {} : { state }),
    ...(label === undefined ? {} : { label }),
    ...(external_ref === undefined ? {} : { externalRef: external_ref }),
    ...(cover_face_id === undefined ? {} : { coverFaceId: cover_face_id }),
    ...(merged_into === undefined ? {} : { mergedInto: merged_into }),
  };
}

export const recreatedCluster = (
  id: string,
  image: ClusterImage & { readonly created_at: string },
  at: Date,
): ClusterRecord => ({
  id,
  state: image.state,
  label: image.label,
  externalRef: image.external_ref,
  coverFaceId: image.cover_face_id,
  mergedInto: image.merged_into,
  version: 1,
  createdAt: new Date(image.created_at),
  updatedAt: at,
});
