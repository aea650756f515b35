// What evidence has to know of the clusters that probes come close to: sums over faces that stand for them. Reads are bounded by
// the number of candidates, however large their clusters are.
import type { ClusterSample } from '../../database/repositories/embedding-repository.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Candidate } from '../../domain/cluster/candidates.js';
import { averageEvidence } from '../../domain/cluster/qel/average-evidence.js';
import {
  addFace,
  type ClusterStatistics,
  cosineNoise,
  correctedCosineOf,
  emptyStatistics,
} from '../../domain/cluster/qel/cluster-statistics.js';
import type { OnePerson } from '../../domain/cluster/qel/decide-by-evidence.js';
import type { EvidenceCalibration } from '../../domain/cluster/qel/evidence-calibration.js';
import { faceWeight } from '../../domain/cluster/qel/face-weight.js';
import { unitVectorsOf } from '../../domain/cluster/qel/half-vectors.js';
import { rankCandidates } from '../../domain/cluster/ranked-candidate.js';
import type { Embedding } from '../../domain/face/embedding.js';
import type { TenantPolicy } from './assignment-policies.js';

/** A face that looks for its cluster. */
export interface WeighedProbe {
  readonly embedding: Embedding;
  /** 0..1 */
  readonly quality: number;
}

export interface EvidenceOfCandidates {
  /** One list for each probe, with sums. */
  readonly candidates: readonly (readonly Candidate[])[];
  readonly onePerson: OnePerson;
}

/** Faces of either end of a cluster, 48 together: as many as stand for a group in consolidation. */
export const SAMPLE_EACH = 24;

/** @param found The candidates of each probe. Two statements; one when no probe is contested. */
export async function weighByEvidence(
  repositories: TenantRepositories,
  probes: readonly WeighedProbe[],
  found: readonly (readonly Candidate[])[],
  { evidence, point, ...policy }: TenantPolicy & { readonly evidence: EvidenceCalibration },
): Promise<EvidenceOfCandidates> {
  const samples = await repositories.embeddings.samples(
    probes.map(({ embedding }) => embedding),
    found.map((list) => list.map(({ clusterId }) => clusterId)),
    SAMPLE_EACH,
  );
  const candidates = found.map((list, i) => withSums(list, probes[i]!, samples[i]!, evidence));
  const contested = new Map<string, ClusterSample>();
  for (const [i, list] of candidates.entries()) {
    const [best, ...others] = rankCandidates(list, { ...policy, evidence, point });
    if (best === undefined || best.probability < point.accept) continue;
    const rivals = others.filter(({ logit }) => best.logit - logit < point.marginLogit);
    if (rivals.length === 0) continue;
    const ids = new Set([best, ...rivals].map(({ clusterId }) => clusterId));
    for (const sample of samples[i]!) if (ids.has(sample.clusterId)) contested.set(sample.clusterId, sample);
  }
  const sums = await sumsOf(repositories, [...contested.values()], evidence);
  return {
    candidates,
    onePerson: (a, b) => {
      const [sumA, sumB] = [sums.get(a), sums.get(b)];
      if (sumA === undefined || sumB === undefined) return false;
      return averageEvidence(evidence, sumA, sumB) >= evidence.average.stop;
    },
  };
}

function withSums(
  candidates: readonly Candidate[],
  { quality }: WeighedProbe,
  samples: readonly ClusterSample[],
  evidence: EvidenceCalibration,
): Candidate[] {
  const byCluster = new Map(samples.map((sample) => [sample.clusterId, sample]));
  return candidates.flatMap((candidate) => {
    const sample = byCluster.get(candidate.clusterId);
    return sample === undefined ? [] : [{ ...candidate, sums: sumsWith(sample, quality, evidence) }];
  });
}

/** c and v of a probe and a cluster. S·x is a sum of cosines: no vector has to be read for it. @param quality Of the probe. */
export function sumsWith(
  sample: ClusterSample,
  quality: number,
  { gain, impostorMean }: EvidenceCalibration,
): { readonly correctedCosine: number; readonly noise: number } {
  const probe = faceWeight(gain, quality);
  const cluster = { weight: 0, precision: 0 };
  let product = 0;
  for (const [i, similarity] of sample.similarities.entries()) {
    const face = faceWeight(gain, sample.qualities[i]!);
    product += probe.weight * face.weight * similarity;
    cluster.weight += face.weight;
    cluster.precision += face.precision;
  }
  return {
    correctedCosine: correctedCosineOf(product, probe, cluster, impostorMean),
    noise: cosineNoise(probe, cluster),
  };
}

async function sumsOf(
  { faceCensus }: TenantRepositories,
  samples: readonly ClusterSample[],
  evidence: EvidenceCalibration,
): Promise<Map<string, ClusterStatistics>> {
  const sums = new Map<string, ClusterStatistics>();
  if (samples.length === 0) return sums;
  const width = evidence.unrecognisable.length;
  const wanted = samples.flatMap(({ faceIds }) => faceIds);
  const { faceIds, halves } = await faceCensus.vectors(wanted, evidence.space, width);
  const values = unitVectorsOf(halves, width);
  const place = new Map(faceIds.map((id, i) => [id, i]));
  for (const sample of samples) {
    const sum = emptyStatistics(width);
    for (const [i, id] of sample.faceIds.entries()) {
      const at = place.get(id);
      if (at === undefined) continue;
      const vector = values.subarray(at * width, (at + 1) * width);
      addFace(sum, vector, faceWeight(evidence.gain, sample.qualities[i]!));
    }
    sums.set(sample.clusterId, sum);
  }
  return sums;
}
