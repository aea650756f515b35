// Finds the clusters that probes may belong to, with everything the decision needs to know of them.
import type { NearestFace } from '../../database/repositories/embedding-repository.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import {
  type ClusterPair,
  type PairLookup,
  rankCandidates,
  type RankedCandidate,
} from '../../domain/cluster/ranked-candidate.js';
import { type Candidate, type CandidateFacts, gatherCandidates } from '../../domain/cluster/candidates.js';
import { type ClusterFacts, heldByHuman } from '../../domain/cluster/cluster-facts.js';
import { blockingConstraints, type Constraint } from '../../domain/cluster/constraints.js';
import { imagesInBoth } from '../../domain/cluster/same-image.js';
import type { EvidenceCalibration } from '../../domain/cluster/qel/evidence-calibration.js';
import type { Embedding } from '../../domain/face/embedding.js';
import type { TenantPolicy } from './assignment-policies.js';
import { weighByEvidence, type WeighedProbe } from './gather-evidence.js';
import { loadClusters, loadConstraints } from '../load-facts.js';

export interface Gathered {
  /** One list for each probe, in their order. */
  readonly candidates: readonly (readonly Candidate[])[];
  readonly pair: PairLookup;
  /** Faces of a cluster that may be bridged. */
  readonly membersOf: (clusterId: string) => readonly string[];
  /** Clusters that one face clearly fits with another, and the constraints that touch them. */
  readonly contested: ReadonlyMap<string, ClusterFacts>;
  readonly constraints: readonly Constraint[];
}

/**
 * Ranked clusters for one probe: what search answers with. Writes nothing.
 * @param excludeFaceIds Stored faces that are no evidence: the probe itself.
 */
export async function findRankedClusters(
  repositories: TenantRepositories,
  probe: WeighedProbe,
  policy: TenantPolicy,
  excludeFaceIds: readonly string[] = [],
): Promise<RankedCandidate[]> {
  const found = await nearestCandidates(repositories, [probe], policy, excludeFaceIds);
  const { evidence } = policy;
  if (evidence === undefined) return rankCandidates(found[0] ?? [], policy);
  const { candidates } = await weighByEvidence(repositories, [probe], found, { ...policy, evidence });
  return rankCandidates(candidates[0] ?? [], policy);
}

/** @param probes New faces of one photo: no constraint names them yet. */
export async function gatherAll(
  repositories: TenantRepositories,
  probes: readonly WeighedProbe[],
  policy: TenantPolicy,
): Promise<Gathered> {
  const found = await nearestCandidates(repositories, probes, policy);
  const { evidence } = policy;
  if (evidence !== undefined) return byEvidence(repositories, probes, found, { ...policy, evidence });
  // Two clusters can be bridged only when one face clearly fits both: only then are their faces read.
  const contested = new Set<string>();
  for (const list of found) {
    const clear = rankCandidates(list, policy).filter(
      (candidate) => candidate.probability >= policy.point.bridge,
    );
    if (clear.length > 1) for (const candidate of clear) contested.add(candidate.clusterId);
  }
  const clusters = await loadClusters(repositories, contested);
  const constraints = contested.size === 0 ? [] : await loadConstraints(repositories, [...contested]);
  const centroids = new Map(
    (contested.size === 0 ? [] : await repositories.centroids.load([...contested], policy.space)).map(
      (record) => [record.clusterId, record.centroid],
    ),
  );
  const held = (candidate: Candidate): Candidate => {
    const facts = clusters.get(candidate.clusterId);
    if (facts === undefined) return candidate;
    return {
      ...candidate,
      heldByHuman: heldByHuman(facts, facts.faces.filter((face) => face.locked).length),
    };
  };
  return {
    candidates: found.map((list) => list.map(held)),
    pair: (a, b) => pairFacts(clusters.get(a), clusters.get(b), centroids, constraints),
    membersOf: (clusterId) => clusters.get(clusterId)?.faces.map((face) => face.id) ?? [],
    contested: clusters,
    constraints,
  };
}

/** Evidence bridges nothing: of pairs it only asks whether their sums are one person's. */
async function byEvidence(
  repositories: TenantRepositories,
  probes: readonly WeighedProbe[],
  found: readonly (readonly Candidate[])[],
  policy: TenantPolicy & { readonly evidence: EvidenceCalibration },
): Promise<Gathered> {
  const { candidates, onePerson } = await weighByEvidence(repositories, probes, found, policy);
  return {
    candidates,
    pair: (a, b) => ({ ...UNSEEN, onePerson: onePerson(a, b) }),
    membersOf: () => [],
    contested: new Map(),
    constraints: [],
  };
}

async function nearestCandidates(
  repositories: TenantRepositories,
  probes: readonly WeighedProbe[],
  policy: TenantPolicy,
  excludeFaceIds: readonly string[] = [],
): Promise<Candidate[][]> {
  if (probes.length === 0) return [];
  const { point } = policy;
  const embeddings = probes.map(({ embedding }) => embedding);
  const lists = await repositories.embeddings.nearest(embeddings, {
    limit: point.neighbours,
    similarityMin: point.neighbourSimilarityMin,
    excludeFaceIds,
  });
  return lists.map((neighbours) => {
    const facts = new Map(neighbours.map((face) => [face.clusterId, clusterOf(face)]));
    return gatherCandidates(neighbours, [...facts.values()], point);
  });
}

const clusterOf = ({ clusterId, cluster }: NearestFace): CandidateFacts => ({
  clusterId,
  state: cluster.state,
  faceCount: cluster.faceCount,
  centroidSimilarity: cluster.centroidSimilarity,
  heldByHuman: heldByHuman(cluster, 0),
  cannotLink: false,
  holdsImage: false,
});

/** Clusters of which nothing was read are kept apart: nothing is bridged unseen. */
const UNSEEN: ClusterPair = { apart: true, centroidSimilarity: -1 };

function pairFacts(
  a: ClusterFacts | undefined,
  b: ClusterFacts | undefined,
  centroids: ReadonlyMap<string, Embedding>,
  constraints: readonly Constraint[],
): ClusterPair {
  const centroidA = a && centroids.get(a.id);
  const centroidB = b && centroids.get(b.id);
  if (centroidA === undefined || centroidB === undefined) return UNSEEN;
  const apart =
    imagesInBoth(a!.faces, b!.faces, constraints).length > 0 ||
    blockingConstraints(
      a!.faces.map((face) => face.id),
      b!.faces.map((face) => face.id),
      constraints,
    ).length > 0;
  return { apart, centroidSimilarity: centroidA.similarityTo(centroidB) };
}
