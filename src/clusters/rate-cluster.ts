// How well probes fit one given cluster, whether or not its faces are among their nearest: 1:1 verification.
import type { TenantRepositories } from '../database/tenant-store.js';
import { linkageLogit, sigmoid } from '../domain/cluster/calibration.js';
import type { Embedding } from '../domain/face/embedding.js';
import { DomainError } from '../domain/domain-error.js';
import type { TenantPolicy } from './assignment-policies.js';
import { getCluster } from './load-facts.js';

/** Faces of the cluster that a probe is compared with: the clearest ones, count. */
const EXAMPLES_MAX = 48;

export interface ClusterRating {
  /** Best cosine similarity to an example, -1..1. */
  readonly similarity: number;
  /** Calibrated chance that the probe is this person, 0..1. */
  readonly probability: number;
}

/**
 * @returns One rating per probe, in their order.
 * @throws DomainError cluster.not_found, cluster.merged, face.not_found for a cluster without a comparable face.
 */
export async function rateAgainstCluster(
  repositories: TenantRepositories,
  clusterId: string,
  probes: readonly Embedding[],
  policy: TenantPolicy,
): Promise<ClusterRating[]> {
  await getCluster(repositories, clusterId);
  const examples = await repositories.faces.listBestByClusters([clusterId], EXAMPLES_MAX);
  const [centroid] = await repositories.centroids.load([clusterId], policy.space);
  if (!centroid) throw new DomainError('face.not_found', 'The cluster has no face to compare with.');
  const lists = await repositories.embeddings.similarities(
    probes,
    examples.map(({ id }) => id),
  );
  return probes.map((probe, i) => {
    const similarities = (lists[i] ?? []).map(({ similarity }) => similarity).sort((a, b) => b - a);
    const top = similarities.slice(0, policy.point.topCount);
    const logit = linkageLogit(policy.calibration.linkage, {
      best: top[0] ?? -1,
      topMean: top.reduce((sum, similarity) => sum + similarity, 0) / Math.max(1, top.length),
      centroid: centroid.centroid.similarityTo(probe),
      faceCount: centroid.faceCount,
    });
    return { similarity: top[0] ?? -1, probability: sigmoid(logit) };
  });
}
