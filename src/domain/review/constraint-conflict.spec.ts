import { describe, expect, it } from 'vitest';
import type { ClusterFacts, FaceFacts } from '../cluster/cluster-facts.js';
import type { Constraint } from '../cluster/constraints.js';
import { type Proposal, weighProposal } from './constraint-conflict.js';
import { planConstraintConflictDecision } from './constraint-conflict-effects.js';

const face = (id: string, locked = false): FaceFacts => ({
  id,
  imageId: `image of ${id}`,
  clusterId: id[0]!,
  state: 'active',
  locked,
  quality: 0.9,
});
const cluster = (id: string, ...faces: FaceFacts[]): ClusterFacts => ({
  id,
  state: 'confirmed',
  label: null,
  externalRef: null,
  faces,
});
const constraint = (id: string, kind: Constraint['kind'], faceA: string, faceB: string): Constraint => ({
  id,
  kind,
  faceA,
  faceB,
  operationId: `decision ${id}`,
});
const a = cluster('a', face('a1'), face('a2'));
const b = cluster('b', face('b1'));
const move = (moved: FaceFacts = face('a1'), target: ClusterFacts | null = b): Proposal => ({
  do: 'move',
  faces: [moved],
  source: a,
  target,
  label: 'Ann',
});
const weigh = (proposal: Proposal, constraints: readonly Constraint[] = [], answered = false) =>
  weighProposal({
    by: 'consolidation',
    proposal,
    constraints,
    probability: 0.97,
    answered: () => answered,
  });

describe('weighProposal', () => {
  it('lets the machine do what no human spoke against', () => {
    expect(weigh(move())).toEqual({ kind: 'clear' });
    expect(weigh({ do: 'merge', source: a, target: b })).toEqual({ kind: 'clear' });
    // A cannot-link between the two clusters says nothing about a face that is not its end.
    expect(weigh(move(), [constraint('k', 'cannot_link', 'a2', 'b1')])).toEqual({ kind: 'clear' });
  });

  it('asks about a move that a cannot-link forbids, that parts what is tied, or that takes a locked face', () => {
    for (const [proposal, constraints] of [
      [move(), [constraint('k', 'cannot_link', 'a1', 'b1')]],
      [move(), [constraint('k', 'must_link', 'a1', 'a2')]],
      [move(face('a1', true)), []],
      [move(face('a1', true), null), []],
    ] as const) {
      expect(weigh(proposal, constraints)).toMatchObject({
        kind: 'ask',
        question: {
          kind: 'constraint_conflict',
          faceId: 'a1',
          subjectKey: `decision:${constraints.length > 0 ? 'decision k' : 'lock'}/face:a1`,
          evidence: { proposal: { do: 'move', by: 'consolidation', face_ids: ['a1'] } },
        },
      });
    }
  });

  it('asks about a merge of what is kept apart, also through a third face', () => {
    const constraints = [constraint('k', 'cannot_link', 'a1', 'x'), constraint('m', 'must_link', 'b1', 'x')];
    expect(weigh({ do: 'merge', source: a, target: b }, constraints)).toMatchObject({
      kind: 'ask',
      question: {
        clusterId: 'b',
        otherClusterId: 'a',
        subjectKey: 'decision:decision k/clusters:a+b',
        evidence: { stands: { constraints: [{ id: 'k', operation_id: 'decision k' }] } },
      },
    });
  });

  it('neither applies nor asks what was answered', () => {
    const constraints = [constraint('k', 'cannot_link', 'a1', 'b1')];
    expect(weigh(move(), constraints, true)).toEqual({ kind: 'settled' });
    expect(weigh(move(), [], true)).toEqual({ kind: 'clear' });
  });
});

describe('the answers to a conflict with a human', () => {
  const answer = (
    decision: 'keep_human' | 'take_proposal' | 'dismiss',
    proposal: Proposal,
    constraints: readonly Constraint[] = [],
  ) =>
    planConstraintConflictDecision(
      { decision },
      { itemId: 'item', proposal, constraints, newClusterId: 'new' },
    ).changes;

  it('keep_human and dismiss change nothing', () => {
    for (const [decision, state] of [
      ['keep_human', 'resolved'],
      ['dismiss', 'dismissed'],
    ] as const) {
      expect(answer(decision, move())).toEqual([
        { do: 'close_item', itemId: 'item', state, outcome: { decision } },
      ]);
    }
  });

  it('take_proposal retires what stood and applies what was proposed, by a human’s word', () => {
    const constraints = [
      constraint('k', 'cannot_link', 'a1', 'b1'),
      constraint('m', 'must_link', 'a1', 'a2'),
    ];
    const changes = answer('take_proposal', move(), constraints);
    expect(
      changes.flatMap((change) => (change.do === 'retire_constraint' ? [change.constraintId] : [])),
    ).toEqual(['k', 'm']);
    expect(changes).toContainEqual(
      expect.objectContaining({ do: 'move_face', faceId: 'a1', toClusterId: 'b', locked: true }),
    );
    const merged = answer('take_proposal', { do: 'merge', source: a, target: b }, constraints);
    expect(merged).toContainEqual({ do: 'retire_constraint', constraintId: 'k' });
    expect(merged).toContainEqual({ do: 'close_as_merged', clusterId: 'a', into: 'b' });
  });

  it('take_proposal makes the person that the import named', () => {
    const changes = answer('take_proposal', move(face('a1', true), null));
    expect(changes[0]).toEqual({
      do: 'create_cluster',
      clusterId: 'new',
      state: 'confirmed',
      label: 'Ann',
      externalRef: null,
    });
  });
});
