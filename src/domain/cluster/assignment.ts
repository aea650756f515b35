// Where one face goes: into a cluster, into a cluster of its own with a question, into a new cluster, or nowhere.
import type { QualityReason } from '../face/quality.js';
import { type Calibration, linkageLogit, logitOf, sigmoid } from './calibration.js';
import type { Candidate } from './candidates.js';
import type { OperatingPoint } from './thresholds.js';

/** A face that looks for its cluster. */
export interface Probe {
  readonly faceId: string;
  readonly imageId: string;
  /** Orders the faces of one photo by what they are (their place in it), never by when they came. */
  readonly contentKey: string;
  /** Why the face is not good enough to join or found anything by itself; empty for a clear face. */
  readonly reasons: readonly QualityReason[];
}

export interface AssignmentPolicy {
  readonly point: OperatingPoint;
  readonly calibration: Calibration;
}

/** A candidate with its place in the ranking. */
export interface RankedCandidate {
  readonly clusterId: string;
  readonly state: Candidate['state'];
  readonly heldByHuman: boolean;
  readonly faceCount: number;
  readonly similarity: number;
  readonly topMean: number;
  readonly centroidSimilarity: number;
  /** Log odds that the probe is this person. */
  readonly logit: number;
  /** The same as a probability, 0..1. */
  readonly probability: number;
  readonly exemplarFaceIds: readonly string[];
}

export type ExclusionReason = 'cannot_link' | 'same_image';

export type AssignmentRule =
  'quality_gate' | 'no_candidate' | 'below_ask' | 'ask_band' | 'margin' | 'over_accept' | 'bridge';

/** Everything that explains a decision: ids and figures, never an embedding. */
export interface AssignmentEvidence {
  readonly rule: AssignmentRule;
  readonly candidates: readonly RankedCandidate[];
  readonly excluded: readonly { readonly clusterId: string; readonly why: ExclusionReason }[];
  readonly accept: number;
  readonly ask: number;
  readonly marginLogit: number;
}

interface Decided {
  readonly faceId: string;
  readonly evidence: AssignmentEvidence;
}

export type AssignmentDecision =
  | (Decided & {
      readonly kind: 'assign';
      readonly clusterId: string;
      readonly similarity: number;
      readonly probability: number;
      /** Provisional clusters that this face shows to be the same person; they join `clusterId`. */
      readonly bridges: readonly string[];
    })
  | (Decided & {
      readonly kind: 'ask';
      /** The candidates to ask about, best first; never empty. */
      readonly offered: readonly RankedCandidate[];
      readonly similarity: number;
      readonly probability: number;
    })
  | (Decided & {
      readonly kind: 'create';
      /** Of the best candidate that was not good enough; null when there was none. */
      readonly similarity: number | null;
      readonly probability: number | null;
    })
  | (Decided & { readonly kind: 'unclustered'; readonly reasons: readonly QualityReason[] });

/** What is known of two clusters that one face fits. */
export interface ClusterPair {
  /** A human's word keeps them apart, or they share a photo. */
  readonly apart: boolean;
  /** Cosine similarity of the centroids, -1..1. */
  readonly centroidSimilarity: number;
}

/** Looks up a pair of candidate clusters; the order of the ids does not matter. */
export type PairLookup = (clusterA: string, clusterB: string) => ClusterPair;

/** Rates every candidate that is not excluded, best first. Ties: closer, then held by a human, then by id. */
export function rankCandidates(
  candidates: readonly Candidate[],
  policy: AssignmentPolicy,
): RankedCandidate[] {
  return candidates.map((candidate) => rate(candidate, policy)).sort(byRank);
}

function rate(candidate: Candidate, policy: AssignmentPolicy): RankedCandidate {
  const logit = linkageLogit(policy.calibration.linkage, {
    best: candidate.similarity,
    topMean: candidate.topMean,
    centroid: candidate.centroidSimilarity,
    faceCount: candidate.faceCount,
  });
  return {
    clusterId: candidate.clusterId,
    state: candidate.state,
    heldByHuman: candidate.heldByHuman,
    faceCount: candidate.faceCount,
    similarity: candidate.similarity,
    topMean: candidate.topMean,
    centroidSimilarity: candidate.centroidSimilarity,
    logit,
    probability: sigmoid(logit),
    exemplarFaceIds: candidate.exemplarFaceIds,
  };
}

const byRank = (a: RankedCandidate, b: RankedCandidate): number =>
  b.logit - a.logit ||
  b.similarity - a.similarity ||
  Number(b.heldByHuman) - Number(a.heldByHuman) ||
  (a.clusterId < b.clusterId ? -1 : a.clusterId > b.clusterId ? 1 : 0);

/**
 * Decides for one face. Total: every input has an answer. Deterministic: the order of `candidates` does not matter.
 * @param taken Clusters that a better face of the same photo has taken.
 */
export function decideAssignment(
  probe: Probe,
  candidates: readonly Candidate[],
  policy: AssignmentPolicy,
  pair: PairLookup,
  taken: ReadonlySet<string> = new Set(),
): AssignmentDecision {
  const { point } = policy;
  const excluded: { clusterId: string; why: ExclusionReason }[] = [];
  const open: Candidate[] = [];
  for (const candidate of candidates) {
    if (candidate.cannotLink) excluded.push({ clusterId: candidate.clusterId, why: 'cannot_link' });
    else if (candidate.holdsImage || taken.has(candidate.clusterId)) {
      excluded.push({ clusterId: candidate.clusterId, why: 'same_image' });
    } else open.push(candidate);
  }
  excluded.sort((a, b) => (a.clusterId < b.clusterId ? -1 : 1));
  const ranked = rankCandidates(open, policy);
  const evidence = (rule: AssignmentRule): AssignmentEvidence => ({
    rule,
    candidates: ranked.slice(0, point.candidatesShown),
    excluded,
    accept: point.accept,
    ask: point.ask,
    marginLogit: point.marginLogit,
  });

  if (probe.reasons.length > 0) {
    return {
      kind: 'unclustered',
      faceId: probe.faceId,
      reasons: probe.reasons,
      evidence: evidence('quality_gate'),
    };
  }
  const choice = choose(ranked, policy, pair);
  if (choice.kind === 'assign') {
    const { best, bridges } = choice;
    const rule = bridges.length > 0 ? 'bridge' : 'over_accept';
    return {
      kind: 'assign',
      faceId: probe.faceId,
      clusterId: best.clusterId,
      similarity: best.similarity,
      probability: best.probability,
      bridges,
      evidence: evidence(rule),
    };
  }
  const offered = choice.offered.slice(0, point.candidatesShown);
  const first = offered[0];
  if (first !== undefined) {
    const { similarity, probability } = first;
    return {
      kind: 'ask',
      faceId: probe.faceId,
      offered,
      similarity,
      probability,
      evidence: evidence(choice.rule),
    };
  }
  const nearest = ranked[0];
  return {
    kind: 'create',
    faceId: probe.faceId,
    similarity: nearest?.similarity ?? null,
    probability: nearest?.probability ?? null,
    evidence: evidence(nearest === undefined ? 'no_candidate' : 'below_ask'),
  };
}

type Choice =
  | { readonly kind: 'assign'; readonly best: RankedCandidate; readonly bridges: readonly string[] }
  | { readonly kind: 'open'; readonly offered: readonly RankedCandidate[]; readonly rule: AssignmentRule };

/** [Note: Ignored clusters] They absorb the faces that are clearly theirs, lose every close race, and are never asked about. */
function choose(ranked: readonly RankedCandidate[], policy: AssignmentPolicy, pair: PairLookup): Choice {
  const { point } = policy;
  const accepted = ranked.filter((candidate) => candidate.probability >= point.accept);
  const leader = accepted[0];
  const askable = ranked.filter(
    (candidate) => candidate.state !== 'ignored' && candidate.probability >= point.ask,
  );
  if (leader === undefined) return { kind: 'open', offered: askable, rule: 'ask_band' };

  const close = ranked.filter((candidate) => leader.logit - candidate.logit < point.marginLogit);
  const seen = close.filter((candidate) => candidate.state !== 'ignored');
  const front = seen[0];
  // Only ignored clusters are in front: the face is clearly of people whom nobody wants to see.
  if (front === undefined) return { kind: 'assign', best: leader, bridges: [] };
  if (front.probability < point.accept) return { kind: 'open', offered: askable, rule: 'margin' };

  const joined = bridge(front, accepted, policy, pair);
  const rival = seen.some((candidate) => !joined.has(candidate.clusterId));
  if (rival) return { kind: 'open', offered: askable, rule: 'margin' };
  const best = survivor(accepted.filter((candidate) => joined.has(candidate.clusterId)));
  return { kind: 'assign', best, bridges: [...joined].filter((id) => id !== best.clusterId).sort() };
}

/**
 * [Note: Bridges] Whoever comes first founds a cluster, so an early pair of unlike photos of one person makes two. A face
 * that clearly fits both shows it, and the provisional one joins the other: without this every later photo would lie
 * "between two clusters" and be asked about. At most one of the joined clusters is a human's.
 */
function bridge(
  front: RankedCandidate,
  accepted: readonly RankedCandidate[],
  policy: AssignmentPolicy,
  pair: PairLookup,
): ReadonlySet<string> {
  const joined = [front];
  for (const candidate of accepted) {
    if (candidate === front || candidate.state === 'ignored') continue;
    if (Math.min(candidate.probability, front.probability) < policy.point.bridge) continue;
    if (candidate.heldByHuman && joined.some((other) => other.heldByHuman)) continue;
    if (joined.every((other) => mayJoin(other, candidate, policy, pair))) joined.push(candidate);
  }
  return new Set(joined.map((candidate) => candidate.clusterId));
}

/** Whether two clusters that one face fits look like one person themselves, and nothing keeps them apart. */
export function mayJoin(
  a: RankedCandidate,
  b: RankedCandidate,
  policy: AssignmentPolicy,
  pair: PairLookup,
): boolean {
  const facts = pair(a.clusterId, b.clusterId);
  if (facts.apart) return false;
  // The smaller cluster is treated as one face, its centroid: all three similarities are then that of the centroids.
  const similarity = facts.centroidSimilarity;
  const logit = linkageLogit(policy.calibration.linkage, {
    best: similarity,
    topMean: similarity,
    centroid: similarity,
    faceCount: 1,
  });
  return logit >= logitOf(policy.point.bridgePair);
}

/** The cluster that keeps its id: a human's before a provisional one, then the larger, then the lower id. */
function survivor(candidates: readonly RankedCandidate[]): RankedCandidate {
  return candidates.reduce((kept, other) => {
    const order =
      Number(other.heldByHuman) - Number(kept.heldByHuman) ||
      other.faceCount - kept.faceCount ||
      (other.clusterId < kept.clusterId ? 1 : -1);
    return order > 0 ? other : kept;
  });
}
