// Finds the clusters that probes may belong to, with everything the decision needs to know of them.
import type { ClusterRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import {
  type ClusterPair,
  type PairLookup,
  rankCandidates,
  type RankedCandidate,
} from '../domain/cluster/assignment.js';
import {
  type Candidate,
  type CandidateFacts,
  gatherCandidates,
  pointedClusters,
} from '../domain/cluster/candidates.js';
import { type ClusterFacts, heldByHuman } from '../domain/cluster/cluster-facts.js';
import { blockingConstraints, type Constraint } from '../domain/cluster/constraints.js';
import type { Embedding } from '../domain/face/embedding.js';
import type { TenantPolicy } from './assignment-policies.js';
import { loadClusters, loadConstraints } from './load-facts.js';

export interface Gathered {
  /** One list for each probe, in their order. */
  readonly candidates: readonly (readonly Candidate[])[];
  readonly pair: PairLookup;
  /** Faces of a cluster that may be bridged. */
  readonly membersOf: (clusterId: string) => readonly string[];
}

/**
 * Ranked clusters for one probe: what search answers with. Writes nothing.
 * @param excludeFaceIds Stored faces that are no evidence: the probe itself.
 */
export async function findRankedClusters(
  repositories: TenantRepositories,
  probe: Embedding,
  policy: TenantPolicy,
  excludeFaceIds: readonly string[] = [],
): Promise<RankedCandidate[]> {
  const found = await nearestCandidates(repositories, [probe], policy, excludeFaceIds);
  return rankCandidates(found.candidates[0] ?? [], policy);
}

/** @param probes Embeddings of new faces of one photo: no constraint names them yet. */
export async function gatherAll(
  repositories: TenantRepositories,
  probes: readonly Embedding[],
  policy: TenantPolicy,
): Promise<Gathered> {
  const found = await nearestCandidates(repositories, probes, policy);
  // Two clusters can be bridged only when one face clearly fits both: only then are their faces read.
  const contested = new Set<string>();
  for (const list of found.candidates) {
    const clear = rankCandidates(list, policy).filter(
      (candidate) => candidate.probability >= policy.point.bridge,
    );
    if (clear.length > 1) for (const candidate of clear) contested.add(candidate.clusterId);
  }
  const clusters = await loadClusters(repositories, contested);
  const constraints = contested.size === 0 ? [] : await loadConstraints(repositories, [...contested]);
  const held = (candidate: Candidate): Candidate => {
    const facts = clusters.get(candidate.clusterId);
    if (facts === undefined) return candidate;
    return {
      ...candidate,
      heldByHuman: heldByHuman(facts, facts.faces.filter((face) => face.locked).length),
    };
  };
  return {
    candidates: found.candidates.map((list) => list.map(held)),
    pair: (a, b) => pairFacts(clusters.get(a), clusters.get(b), found.centroids, constraints),
    membersOf: (clusterId) => clusters.get(clusterId)?.faces.map((face) => face.id) ?? [],
  };
}

async function nearestCandidates(
  repositories: TenantRepositories,
  probes: readonly Embedding[],
  policy: TenantPolicy,
  excludeFaceIds: readonly string[] = [],
): Promise<{ readonly candidates: Candidate[][]; readonly centroids: ReadonlyMap<string, Embedding> }> {
  if (probes.length === 0) return { candidates: [], centroids: new Map() };
  const { point } = policy;
  const lists = await repositories.embeddings.nearest(probes, {
    limit: point.neighbours,
    similarityMin: point.neighbourSimilarityMin,
    excludeFaceIds,
  });
  const ids = [...new Set(lists.flatMap((list) => pointedClusters(list, point)))].sort();
  const records = new Map((await repositories.clusters.findMany(ids)).map((record) => [record.id, record]));
  const centroids = await repositories.centroids.load(ids, policy.space);
  const candidates = probes.map((probe, i) => {
    const facts = centroids.flatMap(({ clusterId, centroid, faceCount }): CandidateFacts[] => {
      const record = records.get(clusterId);
      if (record === undefined || record.state === 'merged') return [];
      return [candidateFacts(record, record.state, faceCount, centroid.similarityTo(probe))];
    });
    return gatherCandidates(lists[i] ?? [], facts, point);
  });
  return { candidates, centroids: new Map(centroids.map((record) => [record.clusterId, record.centroid])) };
}

const candidateFacts = (
  record: ClusterRecord,
  state: CandidateFacts['state'],
  faceCount: number,
  centroidSimilarity: number,
): CandidateFacts => ({
  clusterId: record.id,
  state,
  faceCount,
  centroidSimilarity,
  heldByHuman: heldByHuman({ state, label: record.label }, 0),
  cannotLink: false,
  holdsImage: false,
});

/** Clusters of which nothing was read are kept apart: nothing is bridged unseen. */
function pairFacts(
  a: ClusterFacts | undefined,
  b: ClusterFacts | undefined,
  centroids: ReadonlyMap<string, Embedding>,
  constraints: readonly Constraint[],
): ClusterPair {
  const centroidA = a && centroids.get(a.id);
  const centroidB = b && centroids.get(b.id);
  if (centroidA === undefined || centroidB === undefined) return { apart: true, centroidSimilarity: -1 };
  const images = new Set(a!.faces.map((face) => face.imageId));
  const apart =
    b!.faces.some((face) => images.has(face.imageId)) ||
    blockingConstraints(
      a!.faces.map((face) => face.id),
      b!.faces.map((face) => face.id),
      constraints,
    ).length > 0;
  return { apart, centroidSimilarity: centroidA.similarityTo(centroidB) };
}
