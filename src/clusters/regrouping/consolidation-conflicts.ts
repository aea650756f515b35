// Words of humans that contradict each other, or much evidence, come to light when all faces are grouped. The words win meanwhile; what
// was meant is asked, once.
//
// [Note: Not about every face] A single face that evidence would put elsewhere stays where a human put it, and nobody is asked: whoever
// moved it has answered. What is asked again is what many faces hang on: see CONTRADICTION.
import type { ConstraintRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { sigmoid } from '../../domain/cluster/calibration.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import type { ClusterFacts } from '../../domain/cluster/cluster-facts.js';
import { CONTRADICTION, joinGain } from '../../domain/cluster/qel/question-gain.js';
import {
  constraintConflictSubject,
  contradictionsOf,
  type MergeProposal,
  type MoveProposal,
  type Proposal,
  weighProposal,
} from '../../domain/review/constraint-conflict.js';
import type { TenantPolicy } from '../assignment/assignment-policies.js';

type Question = Extract<Change, { do: 'open_item' }>;

/** Questions that one consolidation may raise: contradictions are rare, and one answer often settles several. */
export const CONFLICTS_MAX = 20;

export interface ConflictsAround {
  /** Clusters as they are after the consolidation. */
  readonly after: ReadonlyMap<string, ClusterFacts>;
  /** All that stand, in the order of ids. */
  readonly constraints: readonly ConstraintRecord[];
  /** Faces whose groups are kept apart against much evidence, most at stake first. */
  readonly contradictions: readonly {
    readonly faceA: string;
    readonly faceB: string;
    readonly logit: number;
  }[];
  /** Ids of clusters that evidence would put into one place, and a human's word keeps apart. */
  readonly opposed: readonly (readonly [string, string])[];
  readonly policy: TenantPolicy;
}

export async function askAboutConflicts(
  repositories: TenantRepositories,
  around: ConflictsAround,
): Promise<Question[]> {
  if (!around.policy.review.kinds.constraint_conflict) return [];
  const asked = new Map<string, Question>();
  for (const [proposal, probability] of proposals(around)) {
    if (asked.size === CONFLICTS_MAX) break;
    const subject = constraintConflictSubject(proposal, contradictionsOf(proposal, around.constraints));
    const last = await repositories.reviewItems.findLast('constraint_conflict', subject);
    const answered = last !== null && last.state !== 'superseded' && last.state !== 'cancelled';
    const verdict = weighProposal({
      by: 'consolidation',
      proposal,
      constraints: around.constraints,
      probability,
      answered: () => answered,
    });
    if (verdict.kind === 'ask') asked.set(subject, verdict.question);
  }
  return [...asked.values()];
}

/** What would be done if a word did not stand in the way, and how likely (0..1) it is right; null: humans said it themselves. */
function* proposals({
  after,
  constraints,
  contradictions,
  opposed,
}: ConflictsAround): Generator<readonly [Proposal, number | null]> {
  const homes = new Map<string, ClusterFacts>();
  for (const cluster of after.values()) for (const { id } of cluster.faces) homes.set(id, cluster);
  for (const tie of constraints) {
    const proposal = tie.kind === 'must_link' ? obeying(tie, homes) : null;
    if (proposal !== null) yield [proposal, null];
  }
  for (const { faceA, faceB, logit } of contradictions) {
    const proposal = joining(homes.get(faceA), homes.get(faceB));
    if (proposal !== null) yield [proposal, sigmoid(logit)];
  }
  for (const [idA, idB] of opposed) {
    const [a, b] = [after.get(idA), after.get(idB)];
    const proposal = joining(a, b);
    const much = joinGain(1, a?.faces.length ?? 0, b?.faces.length ?? 0) > CONTRADICTION.gain;
    if (proposal !== null && much) yield [proposal, null];
  }
}

/** What obeying the tie would be: the face of the smaller cluster goes to the other one; null: they are together, or one is nowhere. */
function obeying(
  { faceA, faceB }: ConstraintRecord,
  homes: ReadonlyMap<string, ClusterFacts>,
): MoveProposal | null {
  const [homeA, homeB] = [homes.get(faceA), homes.get(faceB)];
  if (homeA === undefined || homeB === undefined || homeA === homeB) return null;
  const sizes = homeA.faces.length - homeB.faces.length;
  const aMoves = sizes < 0 || (sizes === 0 && faceA < faceB);
  const [mover, source, target] = aMoves ? [faceA, homeA, homeB] : [faceB, homeB, homeA];
  const faces = source.faces.filter(({ id }) => id === mover);
  return { do: 'move', faces, source, target, label: null };
}

/** The smaller goes into the larger; null: they are one already, or hidden. */
function joining(a: ClusterFacts | undefined, b: ClusterFacts | undefined): MergeProposal | null {
  if (a === undefined || b === undefined || a === b) return null;
  if (a.state === 'ignored' || b.state === 'ignored') return null;
  const bStays = a.faces.length < b.faces.length || (a.faces.length === b.faces.length && b.id < a.id);
  return bStays ? { do: 'merge', source: a, target: b } : { do: 'merge', source: b, target: a };
}
