// Where one face goes: into a cluster, into a cluster of its own with a question, into a new cluster, or nowhere.
import type { QualityReason } from '../face/quality.js';
import type { Rating } from './answer-refit.js';
import { bridge, survivor } from './bridges.js';
import type { Candidate } from './candidates.js';
import { decideByEvidence } from './qel/decide-by-evidence.js';
import type { EvidenceCalibration } from './qel/evidence-calibration.js';
import {
  type AssignmentPolicy,
  evidenceCandidate,
  type PairLookup,
  rankCandidates,
  type RankedCandidate,
} from './ranked-candidate.js';

/** A face that looks for its cluster. */
export interface Probe {
  readonly faceId: string;
  readonly imageId: string;
  /** Orders the faces of one photo by what they are (their place in it), never by when they came. */
  readonly contentKey: string;
  /** Why the face is not good enough to join or found anything by itself; empty for a clear face. */
  readonly reasons: readonly QualityReason[];
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
  /** How the log odds came about. */
  readonly rating?: Rating | undefined;
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
  const { open, excluded } = sift(candidates, taken);
  const ranked = rankCandidates(open, policy);
  const { point, rating } = policy;
  const explain = (rule: AssignmentRule): AssignmentEvidence => ({
    rule,
    candidates: ranked.slice(0, point.candidatesShown),
    excluded,
    accept: point.accept,
    ask: point.ask,
    marginLogit: point.marginLogit,
    ...(rating === undefined ? {} : { rating }),
  });
  const { faceId, reasons } = probe;
  if (reasons.length > 0) {
    return { kind: 'unclustered', faceId, reasons, evidence: explain('quality_gate') };
  }
  const choice =
    policy.evidence === undefined
      ? choose(ranked, policy, pair)
      : chooseByEvidence(open, ranked, { ...policy, evidence: policy.evidence }, pair);
  if (choice.kind === 'assign') {
    const { bridges } = choice;
    const { clusterId, similarity, probability } = choice.best;
    const evidence = explain(bridges.length > 0 ? 'bridge' : 'over_accept');
    return { kind: 'assign', faceId, clusterId, similarity, probability, bridges, evidence };
  }
  const offered = choice.offered.slice(0, point.candidatesShown);
  if (offered[0] !== undefined) {
    const { similarity, probability } = offered[0];
    return { kind: 'ask', faceId, offered, similarity, probability, evidence: explain(choice.rule) };
  }
  const nearest = ranked[0];
  const evidence = explain(nearest === undefined ? 'no_candidate' : 'below_ask');
  const { similarity, probability } = nearest ?? { similarity: null, probability: null };
  return { kind: 'create', faceId, similarity, probability, evidence };
}

/** Parts the candidates that the face may join from those that it must not, these in the order of ids. */
function sift(candidates: readonly Candidate[], taken: ReadonlySet<string>) {
  const excluded: { clusterId: string; why: ExclusionReason }[] = [];
  const open: Candidate[] = [];
  for (const candidate of candidates) {
    const { clusterId } = candidate;
    if (candidate.cannotLink) excluded.push({ clusterId, why: 'cannot_link' });
    else if (candidate.holdsImage || taken.has(clusterId)) excluded.push({ clusterId, why: 'same_image' });
    else open.push(candidate);
  }
  excluded.sort((a, b) => (a.clusterId < b.clusterId ? -1 : 1));
  return { open, excluded };
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

/** No bridges: what is one person by the sums of two clusters is for consolidation to join ([Note: Parts of one person]). */
function chooseByEvidence(
  open: readonly Candidate[],
  ranked: readonly RankedCandidate[],
  { evidence, point }: AssignmentPolicy & { readonly evidence: EvidenceCalibration },
  pair: PairLookup,
): Choice {
  const onePerson = (a: string, b: string): boolean => pair(a, b).onePerson === true;
  const decision = decideByEvidence(evidence, null, open.map(evidenceCandidate), point, onePerson);
  const byId = new Map(ranked.map((candidate) => [candidate.clusterId, candidate]));
  if (decision.kind === 'assign') return { kind: 'assign', best: byId.get(decision.clusterId)!, bridges: [] };
  if (decision.kind !== 'ask') return { kind: 'open', offered: [], rule: 'below_ask' };
  const offered = decision.offered.map(({ clusterId }) => byId.get(clusterId)!);
  return { kind: 'open', offered, rule: decision.rule };
}
