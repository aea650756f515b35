// Weighs what automation would like to do against what humans decided, as it is stored.
import type { TenantRepositories } from '../database/tenant-store.js';
import {
  type ConflictVerdict,
  constraintConflictSubject,
  contradictionsOf,
  type Proposal,
  type Proposer,
  weighProposal,
} from '../domain/review/constraint-conflict.js';
import { loadConstraints } from './load-facts.js';

/**
 * `clear`: apply it. `ask`: apply the question instead. `settled`: leave it.
 * @param probability Calibrated chance (0..1) that the proposal is right; null when unknown.
 */
export async function weighStored(
  repositories: TenantRepositories,
  by: Proposer,
  proposal: Proposal,
  probability: number | null = null,
): Promise<ConflictVerdict> {
  const clusterIds = [proposal.source?.id, proposal.target?.id].filter(
    (id): id is string => id !== undefined,
  );
  const faceIds = proposal.do === 'move' ? proposal.faces.map((face) => face.id) : [];
  const constraints = await loadConstraints(repositories, clusterIds, faceIds);
  const standing = contradictionsOf(proposal, constraints);
  if (standing.constraints.length + standing.lockedFaceIds.length === 0) return { kind: 'clear' };
  const subject = constraintConflictSubject(proposal, standing);
  const last = await repositories.reviewItems.findLast('constraint_conflict', subject);
  const answered = last !== null && last.state !== 'superseded' && last.state !== 'cancelled';
  return weighProposal({
    by,
    proposal,
    constraints,
    probability,
    answered: (subjectKey) => answered && subjectKey === subject,
  });
}
