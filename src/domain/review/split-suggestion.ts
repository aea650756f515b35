// "Is this cluster more than one person?": whether a stricter grouping of one cluster is worth a question, and the question.
// Whoever finds the grouping (consolidation) asks here first.
import type { Change } from '../cluster/change-plan.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import { type Constraint, tyingConstraints } from '../cluster/constraints.js';
import type { OperatingPoint } from '../cluster/thresholds.js';
import { reviewPriority } from './priority.js';
import { isWorthAsking } from './review-item.js';
import { facesToShow } from './shown-faces.js';

/** Faces (count) under which a grouping of one cluster says nothing: a few unlike photos of one person look like two. */
export const SPLIT_FACES_MIN = 10;
/** Share (0..1) of the cluster that the second largest part must exceed: smaller ones are stray faces, not a person. */
export const SPLIT_SHARE_MIN = 0.2;

export interface SplitPart {
  readonly face_count: number;
  /** All faces of a part that would leave; of the part that stays only those shown. */
  readonly face_ids: readonly string[];
}

export interface SplitSuggestionEvidence {
  readonly cluster_id: string;
  readonly face_count: number;
  /** The largest part keeps the cluster. */
  readonly stays: SplitPart;
  /** The parts that would become clusters of their own, largest first; never empty. */
  readonly groups: readonly SplitPart[];
}

export interface SplitProposal {
  readonly cluster: ClusterFacts;
  /** Faces of each part; disjoint. Faces that are no members are left out, members that are in no part stay. */
  readonly groups: readonly (readonly string[])[];
  /** Calibrated chance (0..1) that the two largest parts are one person, and their similarity (-1..1); null when unknown. */
  readonly probability: number | null;
  readonly similarity: number | null;
  readonly constraints: readonly Constraint[];
  /** Faces that the cluster had when a human last said `keep` or dismissed the question; null when never. */
  readonly settledAt: number | null;
}

export type SplitSilence = 'hidden' | 'small' | 'one_part' | 'must_link' | 'locked' | 'settled';

export type SplitVerdict =
  | { readonly kind: 'ask'; readonly question: Extract<Change, { do: 'open_item' }> }
  | { readonly kind: 'silent'; readonly why: SplitSilence };

export const splitSuggestionSubject = (clusterId: string): string => `cluster:${clusterId}`;

const silent = (why: SplitSilence): SplitVerdict => ({ kind: 'silent', why });

/** Whether a cluster may be asked about; the order of the groups does not matter. */
export function suggestSplit(
  proposal: SplitProposal,
  point: Pick<OperatingPoint, 'facesShown' | 'askAgainGrowth'>,
): SplitVerdict {
  const { cluster, constraints } = proposal;
  const faceCount = cluster.faces.length;
  if (cluster.state === 'ignored') return silent('hidden');
  if (faceCount < SPLIT_FACES_MIN) return silent('small');
  const parts = partsOf(cluster, proposal.groups);
  if ((parts[1]?.length ?? 0) <= SPLIT_SHARE_MIN * faceCount) return silent('one_part');
  const locked = new Set(cluster.faces.filter((face) => face.locked).map((face) => face.id));
  // Faces that a human put here say that the parts they are in are one person: no question against an answer.
  if (parts.filter((part) => part.some((faceId) => locked.has(faceId))).length > 1) return silent('locked');
  const tied = parts.some((part, i) =>
    parts
      .slice(i + 1)
      .some((other) => tyingConstraints(new Set(part), new Set(other), constraints).length > 0),
  );
  if (tied) return silent('must_link');
  if (!isWorthAsking(faceCount, SPLIT_FACES_MIN, proposal.settledAt, point.askAgainGrowth))
    return silent('settled');
  return { kind: 'ask', question: splitQuestion(proposal, point.facesShown) };
}

/** The question, without asking whether it may be asked. At least two groups must hold a member. */
export function splitQuestion(
  proposal: Pick<SplitProposal, 'cluster' | 'groups' | 'probability' | 'similarity'>,
  facesShown: number,
): Extract<Change, { do: 'open_item' }> {
  const { cluster, probability, similarity } = proposal;
  const leaving = partsOf(cluster, proposal.groups).slice(1);
  const gone = new Set(leaving.flat());
  const staying = cluster.faces.filter((face) => !gone.has(face.id));
  const evidence: SplitSuggestionEvidence = {
    cluster_id: cluster.id,
    face_count: cluster.faces.length,
    stays: { face_count: staying.length, face_ids: facesToShow(staying, facesShown) },
    groups: leaving.map((faceIds) => ({ face_count: faceIds.length, face_ids: faceIds })),
  };
  return {
    do: 'open_item',
    kind: 'split_suggestion',
    subjectKey: splitSuggestionSubject(cluster.id),
    faceId: null,
    clusterId: cluster.id,
    evidence: { ...evidence },
    priority: reviewPriority(gone.size, probability, cluster.state === 'confirmed'),
    similarity,
    probability,
  };
}

/** The parts as far as they are members, largest first, then by their first id; each clearest face first. */
function partsOf(cluster: ClusterFacts, groups: readonly (readonly string[])[]): string[][] {
  const byId = new Map(cluster.faces.map((face) => [face.id, face]));
  return groups
    .map((group) => group.flatMap((faceId) => byId.get(faceId) ?? []))
    .filter((faces) => faces.length > 0)
    .map((faces) => facesToShow(faces, faces.length))
    .sort((a, b) => b.length - a.length || (a[0]! < b[0]! ? -1 : 1));
}
