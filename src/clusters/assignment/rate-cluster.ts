// How well probes fit one given cluster, whether or not its faces are among their nearest: 1:1 verification.
import type { CentroidRecord } from '../../database/repositories/centroid-repository.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { linkageLogit, sigmoid } from '../../domain/cluster/calibration.js';
import { BEST_LINKS } from '../../domain/cluster/qel/best-links.js';
import type { EvidenceCalibration } from '../../domain/cluster/qel/evidence-calibration.js';
import { ratePair } from '../../domain/cluster/qel/linkage-evidence.js';
import { DomainError } from '../../domain/domain-error.js';
import type { TenantPolicy } from './assignment-policies.js';
import { SAMPLE_EACH, sumsWith, type WeighedProbe } from './gather-evidence.js';
import { getCluster } from '../load-facts.js';

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
  probes: readonly WeighedProbe[],
  policy: TenantPolicy,
): Promise<ClusterRating[]> {
  await getCluster(repositories, clusterId);
  const [centroid] = await repositories.centroids.load([clusterId], policy.space);
  if (!centroid) throw new DomainError('face.not_found', 'The cluster has no face to compare with.');
  return policy.evidence === undefined
    ? byLinkage(repositories, centroid, probes, policy)
    : byEvidence(repositories, centroid, probes, policy.evidence);
}

async function byLinkage(
  repositories: TenantRepositories,
  { clusterId, centroid, faceCount }: CentroidRecord,
  probes: readonly WeighedProbe[],
  { calibration, point }: TenantPolicy,
): Promise<ClusterRating[]> {
  const examples = await repositories.faces.listBestByClusters([clusterId], EXAMPLES_MAX);
  const lists = await repositories.embeddings.similarities(
    probes.map(({ embedding }) => embedding),
    examples.map(({ id }) => id),
  );
  return probes.map(({ embedding }, i) => {
    const similarities = (lists[i] ?? []).map(({ similarity }) => similarity).sort((a, b) => b - a);
    const top = similarities.slice(0, point.topCount);
    const logit = linkageLogit(calibration.linkage, {
      best: top[0] ?? -1,
      topMean: top.reduce((sum, similarity) => sum + similarity, 0) / Math.max(1, top.length),
      centroid: centroid.similarityTo(embedding),
      faceCount,
    });
    return { similarity: top[0] ?? -1, probability: sigmoid(logit) };
  });
}

async function byEvidence(
  repositories: TenantRepositories,
  { clusterId, faceCount }: CentroidRecord,
  probes: readonly WeighedProbe[],
  evidence: EvidenceCalibration,
): Promise<ClusterRating[]> {
  const samples = await repositories.embeddings.samples(
    probes.map(({ embedding }) => embedding),
    probes.map(() => [clusterId]),
    SAMPLE_EACH,
  );
  return probes.map(({ quality }, i) => {
    const sample = samples[i]![0]!;
    const links = [...sample.similarities].sort((a, b) => b - a).slice(0, BEST_LINKS);
    const sums = { ...sumsWith(sample, quality, evidence), countA: 1, countB: faceCount };
    return { similarity: links[0]!, probability: sigmoid(ratePair(evidence, sums, links).logit) };
  });
}
