// Whether an open suggestion still makes sense after a change: it stands, takes new evidence, or became moot.
import type { ClusterRecord, ReviewItemRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Constraint } from '../../domain/cluster/constraints.js';
import type { ConstraintConflictEvidence } from '../../domain/review/constraint-conflict.js';
import {
  keptApart,
  labelsDiffer,
  mergeQuestion,
  type MergeSuggestionEvidence,
} from '../../domain/review/merge-suggestion.js';
import type { SameImageConflictEvidence } from '../../domain/review/same-image-conflict.js';
import { splitQuestion, type SplitSuggestionEvidence } from '../../domain/review/split-suggestion.js';
import type { SuspectFaceEvidence } from '../../domain/review/suspect-face.js';
import { loadClusters, loadConstraints } from '../load-facts.js';
import type { ItemOutcome, Question, SettlingChange } from './reaction.js';

/** @param item Open, of any kind but `new_cluster` and `uncertain_assignment`. */
export async function reviewSuggestion(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  input: SettlingChange,
): Promise<ItemOutcome> {
  switch (item.kind) {
    case 'merge_suggestion':
      return reviewMerge(repositories, item, input);
    case 'split_suggestion':
      return reviewSplit(repositories, item, input);
    case 'same_image_conflict':
      return reviewSameImage(repositories, item, input);
    case 'suspect_face':
      return reviewSuspect(repositories, item, input);
    case 'duplicate_image':
      // Nothing but the deletion of an image settles it; see FaceErasure.
      return 'stands';
    case 'constraint_conflict':
      return reviewConflict(repositories, item, input);
    case 'new_cluster':
    case 'uncertain_assignment':
      throw new RangeError(`${item.kind} is reviewed by planReactions`);
  }
}

/** The clusters as they are after the change; null when one of them is gone. */
async function clustersNow(
  repositories: TenantRepositories,
  ids: readonly string[],
  { clusters, deletedClusterIds }: SettlingChange,
): Promise<ClusterRecord[] | null> {
  if (ids.some((id) => deletedClusterIds.includes(id))) return null;
  const unknown = ids.filter((id) => !clusters.has(id));
  const read = new Map((await repositories.clusters.findMany(unknown)).map((record) => [record.id, record]));
  const found = ids.flatMap((id) => clusters.get(id) ?? read.get(id) ?? []);
  return found.length === ids.length ? found : null;
}

/** Those of the clusters' faces that stand after the change. */
async function constraintsNow(
  repositories: TenantRepositories,
  clusterIds: readonly string[],
  { adding, retiring }: SettlingChange,
): Promise<Constraint[]> {
  const stored = await loadConstraints(repositories, clusterIds);
  return [
    ...stored.filter((constraint) => !retiring.includes(constraint.id)),
    ...adding.map(({ id, kind, faceA, faceB }) => ({ id, kind, faceA, faceB, operationId: '' })),
  ];
}

async function reviewMerge(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  input: SettlingChange,
): Promise<ItemOutcome> {
  const evidence = item.evidence as unknown as MergeSuggestionEvidence;
  const ids = evidence.clusters.map((side) => side.cluster_id);
  const records = await clustersNow(repositories, ids, input);
  if (records === null) return 'cancelled';
  const [recordA, recordB] = records as [ClusterRecord, ClusterRecord];
  if (records.some(({ state }) => state === 'merged' || state === 'ignored')) return 'superseded';
  if (labelsDiffer(recordA, recordB)) return 'superseded';
  // Faces that only arrive settle nothing, and need no new look at what stands.
  if (!input.reshaping) return 'stands';
  const facts = await loadClusters(repositories, ids);
  const [a, b] = [facts.get(recordA.id), facts.get(recordB.id)];
  if (a === undefined || b === undefined || a.faces.length === 0 || b.faces.length === 0) return 'superseded';
  const constraints = await constraintsNow(repositories, ids, input);
  if (keptApart(a, b, constraints)) return 'superseded';
  const members = new Map([a, b].map(({ id, faces }) => [id, new Set(faces.map((face) => face.id))]));
  const shownStands = evidence.clusters.every(({ cluster_id, face_ids }) =>
    face_ids.every((faceId) => members.get(cluster_id)!.has(faceId)),
  );
  if (shownStands) return 'stands';
  const { similarity, probability } = evidence;
  return mergeQuestion(
    { clusters: [a, b], similarity, probability, constraints },
    input.policy.point.facesShown,
  );
}

async function reviewSplit(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  input: SettlingChange,
): Promise<ItemOutcome> {
  const evidence = item.evidence as unknown as SplitSuggestionEvidence;
  const records = await clustersNow(repositories, [evidence.cluster_id], input);
  if (records === null) return 'cancelled';
  if (records.some(({ state }) => state === 'merged' || state === 'ignored')) return 'superseded';
  if (!input.reshaping) return 'stands';
  const cluster = (await loadClusters(repositories, [evidence.cluster_id])).get(evidence.cluster_id);
  if (cluster === undefined) return 'superseded';
  const members = new Set(cluster.faces.map((face) => face.id));
  const here = (faceIds: readonly string[]): string[] => faceIds.filter((faceId) => members.has(faceId));
  const groups = evidence.groups.map((group) => here(group.face_ids)).filter((group) => group.length > 0);
  const leaving = new Set(groups.flat());
  const staying = [...members].filter((faceId) => !leaving.has(faceId));
  if (groups.length === 0 || staying.length === 0) return 'superseded';
  const stands =
    evidence.stays.face_ids.every((faceId) => members.has(faceId)) &&
    evidence.groups.every((group) => group.face_ids.every((faceId) => members.has(faceId)));
  if (stands) return 'stands';
  const { probability, similarity } = item;
  return splitQuestion(
    { cluster, groups: [staying, ...groups], probability, similarity },
    input.policy.point.facesShown,
  );
}

async function reviewSameImage(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  input: SettlingChange,
): Promise<ItemOutcome> {
  const evidence = item.evidence as unknown as SameImageConflictEvidence;
  const records = await clustersNow(repositories, [evidence.cluster_id], input);
  if (records === null) return 'cancelled';
  if (records.some(({ state }) => state === 'merged' || state === 'ignored')) return 'superseded';
  if (!input.reshaping) return 'stands';
  const ids = evidence.faces.map((face) => face.face_id);
  const found = new Map((await repositories.faces.findMany(ids)).map((face) => [face.id, face]));
  const [holder, challenger] = ids.map((id) => found.get(id));
  if (holder === undefined || challenger === undefined) return 'cancelled';
  if (holder.state === 'dismissed' || challenger.state === 'dismissed') return 'cancelled';
  // A human, or a correction, has given the place away or found one for the other.
  const settled =
    holder.clusterId !== evidence.cluster_id ||
    challenger.clusterId === evidence.cluster_id ||
    challenger.locked;
  return settled ? 'superseded' : 'stands';
}

async function reviewSuspect(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  { erasedFaceIds }: SettlingChange,
): Promise<ItemOutcome> {
  const { face_id: faceId } = item.evidence as unknown as SuspectFaceEvidence;
  const face = erasedFaceIds.includes(faceId) ? null : await repositories.faces.find(faceId);
  if (face === null || face.state === 'dismissed') return 'cancelled';
  return face.locked || face.clusterId !== null ? 'superseded' : 'stands';
}

/** Stands while one of the decisions does that the proposal contradicts, and the proposal can still be taken. */
async function reviewConflict(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  input: SettlingChange,
): Promise<ItemOutcome> {
  const { proposal, stands } = item.evidence as unknown as ConstraintConflictEvidence;
  // Faces that are to move may have left the cluster that they were asked about in, and it may have gone.
  const source = proposal.do === 'merge' ? proposal.source_cluster_id : null;
  const ids = [source, proposal.target_cluster_id].filter((id) => id !== null);
  const records = await clustersNow(repositories, ids, input);
  if (records === null) return 'cancelled';
  if (records.some(({ state }) => state === 'merged')) return 'superseded';
  if (!input.reshaping) return 'stands';
  const faces = await repositories.faces.findMany(proposal.face_ids);
  if (faces.length < proposal.face_ids.length || faces.some(({ state }) => state === 'dismissed'))
    return 'cancelled';
  const locked = faces.some((face) => face.locked && stands.locked_face_ids.includes(face.id));
  const standing = await repositories.constraints.findTouching(
    stands.constraints.map((constraint) => constraint.face_a),
  );
  const held = [...standing, ...input.adding].some(
    ({ id }) => !input.retiring.includes(id) && stands.constraints.some((constraint) => constraint.id === id),
  );
  if (!locked && !held) return 'superseded';
  if (
    proposal.by === 'consolidation' &&
    proposal.do === 'move' &&
    !(await isTied(repositories, proposal, input))
  )
    return 'superseded';
  const homes = new Set(faces.map((face) => face.clusterId));
  if (faces.every((face) => face.clusterId === proposal.source_cluster_id)) return 'stands';
  // Where the machine has put a face meanwhile, the human's words still contradict each other.
  const [home = null] = homes;
  const movedByHuman = faces.some((face) => face.locked);
  if (proposal.do === 'merge' || homes.size > 1 || movedByHuman || home === proposal.target_cluster_id)
    return 'superseded';
  return conflictAt(item, home);
}

/**
 * Whether a must-link that a regrouping would obey still leads to the proposed cluster. The face at its other end may have gone
 * elsewhere, and then nobody knows whether anything contradicts: the next regrouping asks anew if it does.
 */
async function isTied(
  repositories: TenantRepositories,
  { face_ids: movers, target_cluster_id: target }: ConstraintConflictEvidence['proposal'],
  { adding, retiring }: SettlingChange,
): Promise<boolean> {
  const stored = await repositories.constraints.findTouching(movers);
  const ties = [...stored.filter(({ id }) => !retiring.includes(id)), ...adding].filter(
    ({ kind, faceA, faceB }) => kind === 'must_link' && (movers.includes(faceA) || movers.includes(faceB)),
  );
  const others = await repositories.faces.findMany(ties.flatMap(({ faceA, faceB }) => [faceA, faceB]));
  return others.some(({ id, clusterId }) => !movers.includes(id) && clusterId === target);
}

/** The same question about faces that lie in another cluster by now. */
function conflictAt(item: ReviewItemRecord, home: string | null): Question {
  const evidence = item.evidence as unknown as ConstraintConflictEvidence;
  const { kind, subjectKey, faceId, priority, similarity, probability } = item;
  const target = evidence.proposal.target_cluster_id;
  const [first, second] = target === null ? [home, null] : [target, home];
  return {
    do: 'open_item',
    kind,
    subjectKey,
    faceId,
    clusterId: first,
    ...(second === null ? {} : { otherClusterId: second }),
    evidence: { ...evidence, proposal: { ...evidence.proposal, source_cluster_id: home } },
    priority,
    similarity,
    probability,
  };
}
