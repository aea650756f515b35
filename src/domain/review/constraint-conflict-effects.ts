// What the answers to "who is right, the machine or the earlier human?" do.
import type { Change, ChangePlan } from '../cluster/change-plan.js';
import type { Constraint } from '../cluster/constraints.js';
import { planMerge, planMove } from '../cluster/reshape.js';
import type { Proposal } from './constraint-conflict.js';
import { answerPlan } from './answer-plan.js';
import type { ReviewDecision } from './decision.js';

export interface ConstraintConflictContext {
  readonly itemId: string;
  readonly proposal: Proposal;
  readonly constraints: readonly Constraint[];
  /** Id of the cluster that is made when the proposal needs one. */
  readonly newClusterId: string;
}

export type ConstraintConflictDecision = Extract<
  ReviewDecision,
  { decision: 'keep_human' | 'take_proposal' | 'dismiss' }
>;

/** The old constraints of a taken proposal are retired: they stay in the history. @throws DomainError face.dismissed. */
export function planConstraintConflictDecision(
  decision: ConstraintConflictDecision,
  context: ConstraintConflictContext,
): ChangePlan {
  const taken = decision.decision === 'take_proposal' ? takeProposal(context) : null;
  const answer = { itemId: context.itemId, decision: decision.decision };
  return taken === null
    ? answerPlan(answer, [])
    : answerPlan(answer, taken.changes, { cluster_id: taken.clusterId });
}

function takeProposal(context: ConstraintConflictContext): { changes: Change[]; clusterId: string } {
  const { proposal, constraints, newClusterId } = context;
  if (proposal.do === 'merge') {
    const { source, target } = proposal;
    const { changes } = planMerge({ source, target, constraints, keepLabel: true, override: true });
    return { changes: [...changes], clusterId: target.id };
  }
  const { faces, source, label } = proposal;
  const made = {
    id: newClusterId,
    state: 'confirmed' as const,
    label,
    externalRef: null,
    faces: [],
  };
  const target = proposal.target ?? made;
  const create: Change[] =
    target === made
      ? [{ do: 'create_cluster', clusterId: made.id, state: made.state, label, externalRef: null }]
      : [];
  const moving = new Set(faces.map((face) => face.id));
  const moves = faces.flatMap((face) => [
    ...planMove({
      face,
      // Faces that come along are not left behind: nothing keeps them apart.
      source: source && {
        ...source,
        faces: source.faces.filter((other) => other.id === face.id || !moving.has(other.id)),
      },
      target,
      constraints,
      override: true,
    }).changes,
  ]);
  const unique = new Map([...create, ...moves].map((change) => [JSON.stringify(change), change]));
  return { changes: [...unique.values()], clusterId: target.id };
}
