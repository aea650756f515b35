// Questions about provisional clusters: which are worth asking after a change, and with what evidence.
import type { ClusterSimilarity } from '../../database/repositories/centroid-repository.js';
import type { ClusterRecord, FaceRecord, ReviewItemRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { linkageLogit, sigmoid } from '../../domain/cluster/calibration.js';
import { reviewPriority } from '../../domain/review/priority.js';
import {
  isWorthAsking,
  type NearbyCluster,
  type NewClusterEvidence,
  newClusterSubject,
} from '../../domain/review/review-item.js';
import { facesToShow } from '../../domain/review/shown-faces.js';
import type { TenantPolicy } from '../assignment/assignment-policies.js';
import type { Question, ReactionInput } from './reaction.js';

const NEAREST_SHOWN = 3;

/** Whether the kind is on, the cluster has grown enough since it was last dismissed, and the change lets it be asked. */
export async function isWorthAskingNow(
  repositories: TenantRepositories,
  cluster: ClusterRecord,
  faces: readonly FaceRecord[],
  input: ReactionInput,
): Promise<boolean> {
  if (!input.policy.review.kinds.new_cluster) return false;
  const { reviewFacesMin, askAgainGrowth } = input.policy.point;
  if (faces.length < reviewFacesMin || input.askAnewAbout?.includes(cluster.id) === false) return false;
  if (input.newClusterIds.has(cluster.id)) return true;
  const last = await repositories.reviewItems.findLastClosed('new_cluster', newClusterSubject(cluster.id));
  const dismissedAt = last?.state === 'dismissed' ? last.outcome?.['face_count'] : null;
  return isWorthAsking(
    faces.length,
    reviewFacesMin,
    typeof dismissedAt === 'number' ? dismissedAt : null,
    askAgainGrowth,
  );
}

/** @param members The faces of the clusters, by cluster id. @returns One question a cluster, in their order. */
export async function askAboutClusters(
  repositories: TenantRepositories,
  clusters: readonly ClusterRecord[],
  members: ReadonlyMap<string, readonly FaceRecord[]>,
  { arrived, policy }: ReactionInput,
): Promise<Question[]> {
  const unrated = clusters.map((cluster) => cluster.id).filter((id) => !arrived.nearest.has(id));
  const nearby = new Map([...arrived.nearest, ...(await nearbyClusters(repositories, unrated, policy))]);
  return clusters.map(({ id }) =>
    newClusterQuestion(id, members.get(id) ?? [], (nearby.get(id) ?? []).slice(0, NEAREST_SHOWN), policy),
  );
}

/** The clusters whose centroids come closest to those of the clusters, by cluster id. */
async function nearbyClusters(
  repositories: TenantRepositories,
  clusterIds: readonly string[],
  policy: TenantPolicy,
): Promise<Map<string, NearbyCluster[]>> {
  if (clusterIds.length === 0) return new Map();
  const centroids = await repositories.centroids.load(clusterIds, policy.space);
  const lists = await repositories.centroids.nearest(
    centroids.map((record) => record.centroid),
    {
      limit: NEAREST_SHOWN,
      similarityMin: policy.point.neighbourSimilarityMin,
      ownClusterIds: centroids.map((record) => record.clusterId),
    },
  );
  const rated = ({ clusterId, similarity }: ClusterSimilarity): NearbyCluster => {
    const logit = linkageLogit(policy.calibration.linkage, {
      best: similarity,
      topMean: similarity,
      centroid: similarity,
      faceCount: 1,
    });
    return { cluster_id: clusterId, similarity, probability: sigmoid(logit) };
  };
  return new Map(centroids.map((record, i) => [record.clusterId, (lists[i] ?? []).map(rated)]));
}

function newClusterQuestion(
  clusterId: string,
  faces: readonly FaceRecord[],
  nearest: readonly NearbyCluster[],
  policy: TenantPolicy,
): Question {
  const evidence: NewClusterEvidence = {
    face_ids: facesToShow(faces, policy.point.facesShown),
    face_count: faces.length,
    nearest,
  };
  const probability = nearest[0]?.probability ?? null;
  return {
    do: 'open_item',
    kind: 'new_cluster',
    subjectKey: newClusterSubject(clusterId),
    faceId: null,
    clusterId,
    evidence: { ...evidence },
    priority: reviewPriority(faces.length, probability, false),
    similarity: nearest[0]?.similarity ?? null,
    probability,
  };
}

/** @returns The question that the open item takes on; absent when its evidence is what it would be. */
export function refreshNewCluster(
  item: ReviewItemRecord,
  faces: readonly FaceRecord[],
  policy: TenantPolicy,
): Question | undefined {
  const old = item.evidence as unknown as NewClusterEvidence;
  const question = newClusterQuestion(
    item.subjectKey.slice(newClusterSubject('').length),
    faces,
    old.nearest,
    policy,
  );
  return JSON.stringify(question.evidence) ===
    JSON.stringify({ face_ids: old.face_ids, face_count: old.face_count, nearest: old.nearest })
    ? undefined
    : question;
}
