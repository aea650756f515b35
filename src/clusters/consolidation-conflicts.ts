// Words of humans that contradict each other come to light when all faces are grouped: "these two are one person", and still they
// lie apart, because another word stands in the way. That one wins meanwhile; which of them was meant is asked, once.
import type { ConstraintRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { Change } from '../domain/cluster/change-plan.js';
import type { ClusterFacts } from '../domain/cluster/cluster-facts.js';
import {
  constraintConflictSubject,
  contradictionsOf,
  type MoveProposal,
  weighProposal,
} from '../domain/review/constraint-conflict.js';
import type { TenantPolicy } from './assignment-policies.js';

type Question = Extract<Change, { do: 'open_item' }>;

/** Questions that one consolidation may raise: contradictions are rare, and one answer often settles several. */
export const CONFLICTS_MAX = 20;

/** @param around Clusters as they are after the consolidation, and all constraints that stand, in the order of ids. */
export async function askAboutConflicts(
  repositories: TenantRepositories,
  around: {
    readonly after: ReadonlyMap<string, ClusterFacts>;
    readonly constraints: readonly ConstraintRecord[];
    readonly policy: TenantPolicy;
  },
): Promise<Question[]> {
  if (!around.policy.review.kinds.constraint_conflict) return [];
  const homes = new Map<string, ClusterFacts>();
  for (const cluster of around.after.values()) for (const { id } of cluster.faces) homes.set(id, cluster);
  const asked = new Map<string, Question>();
  for (const tie of around.constraints) {
    if (asked.size === CONFLICTS_MAX) break;
    if (tie.kind !== 'must_link') continue;
    const proposal = obeying(tie, homes);
    if (proposal === null) continue;
    const subject = constraintConflictSubject(proposal, contradictionsOf(proposal, around.constraints));
    const last = await repositories.reviewItems.findLast('constraint_conflict', subject);
    const answered = last !== null && last.state !== 'superseded' && last.state !== 'cancelled';
    const verdict = weighProposal({
      by: 'consolidation',
      proposal,
      constraints: around.constraints,
      probability: null,
      answered: () => answered,
    });
    if (verdict.kind === 'ask') asked.set(subject, verdict.question);
  }
  return [...asked.values()];
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
