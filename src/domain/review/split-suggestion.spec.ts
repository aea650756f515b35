import { describe, expect, it } from 'vitest';
import type { ClusterFacts, FaceFacts } from '../cluster/cluster-facts.js';
import type { Constraint } from '../cluster/constraints.js';
import { DomainError } from '../domain-error.js';
import { type SplitProposal, suggestSplit } from './split-suggestion.js';
import { planSplitSuggestionDecision } from './split-suggestion-effects.js';

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `f${String(from + i).padStart(2, '0')}`);
const face = (id: string, locked = false): FaceFacts => ({
  id,
  imageId: `image of ${id}`,
  clusterId: 'c',
  state: 'active',
  locked,
  quality: 0.9,
});
const cluster = (size: number, patch: Partial<ClusterFacts> = {}): ClusterFacts => ({
  id: 'c',
  state: 'pending',
  label: null,
  externalRef: null,
  faces: ids(0, size).map((id) => face(id)),
  ...patch,
});
const proposal = (patch: Partial<SplitProposal> = {}): SplitProposal => ({
  cluster: cluster(10),
  groups: [ids(0, 7), ids(7, 10)],
  probability: 0.3,
  similarity: 0.2,
  constraints: [],
  settledAt: null,
  ...patch,
});
const point = { facesShown: 2, askAgainGrowth: 1.5 };
const whySilent = (patch: Partial<SplitProposal>): string | null => {
  const verdict = suggestSplit(proposal(patch), point);
  return verdict.kind === 'silent' ? verdict.why : null;
};
const mustLink: Constraint = {
  id: 'm',
  kind: 'must_link',
  faceA: 'f00',
  faceB: 'f08',
  operationId: 'op',
};

describe('suggestSplit', () => {
  it('proposes that the smaller parts leave, in any order of the groups', () => {
    const verdict = suggestSplit(proposal(), point);
    expect(suggestSplit(proposal({ groups: [ids(7, 10), ids(0, 7)] }), point)).toEqual(verdict);
    expect(verdict).toMatchObject({
      kind: 'ask',
      question: {
        subjectKey: 'cluster:c',
        evidence: {
          face_count: 10,
          stays: { face_count: 7, face_ids: ['f00', 'f01'] },
          groups: [{ face_count: 3, face_ids: ids(7, 10) }],
        },
      },
    });
  });

  it('is silent about small clusters, stray faces and hidden people', () => {
    expect(whySilent({ cluster: cluster(9), groups: [ids(0, 5), ids(5, 9)] })).toBe('small');
    expect(whySilent({ groups: [ids(0, 8), ids(8, 10)] })).toBe('one_part');
    expect(whySilent({ groups: [ids(0, 10)] })).toBe('one_part');
    expect(whySilent({ cluster: cluster(10, { state: 'ignored' }) })).toBe('hidden');
  });

  it('asks nothing that a human has answered: tied faces, and parts that hold locked faces', () => {
    expect(whySilent({ constraints: [mustLink] })).toBe('must_link');
    const faces = ids(0, 10).map((id) => face(id, id === 'f00' || id === 'f09'));
    expect(whySilent({ cluster: cluster(10, { faces }) })).toBe('locked');
    const oneSide = ids(0, 10).map((id) => face(id, id === 'f00'));
    expect(whySilent({ cluster: cluster(10, { faces: oneSide }) })).toBeNull();
  });

  it('asks again only when the cluster is half as large again', () => {
    const grown = (size: number) =>
      whySilent({
        cluster: cluster(size),
        groups: [ids(0, size - 5), ids(size - 5, size)],
        settledAt: 10,
      });
    expect(grown(14)).toBe('settled');
    expect(grown(15)).toBeNull();
  });
});

describe('the answers to a split suggestion', () => {
  const context = (constraints: readonly Constraint[] = []) => {
    const verdict = suggestSplit(proposal(), point);
    if (verdict.kind !== 'ask') throw new Error('silent');
    return {
      itemId: 'item',
      evidence: verdict.question.evidence as never,
      cluster: cluster(10),
      constraints,
      newClusterIds: ['n1', 'n2'],
    };
  };

  it('split makes the proposed group a cluster of its own, kept apart from what stays', () => {
    const { changes } = planSplitSuggestionDecision(
      { decision: 'split', groups: null, override: false },
      context(),
    );
    expect(changes.flatMap((change) => (change.do === 'move_face' ? [change.faceId] : []))).toEqual(
      ids(7, 10),
    );
    expect(changes.filter((change) => change.do === 'add_constraint').length).toBeGreaterThan(0);
    expect(changes.at(-1)).toMatchObject({ do: 'close_item', outcome: { cluster_ids: ['c', 'n1'] } });
  });

  it('split takes the groups of the human, and names the faults of a decision', () => {
    const groups = [['f00'], ['f01', 'nobody']];
    try {
      planSplitSuggestionDecision({ decision: 'split', groups, override: false }, context());
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DomainError);
      expect(error).toMatchObject({
        code: 'review_item.decision_invalid',
        faults: [{ pointer: '#/groups/1/1' }],
      });
    }
  });

  it('split parts what a human tied only when it says so', () => {
    const answer = (override: boolean) =>
      planSplitSuggestionDecision({ decision: 'split', groups: null, override }, context([mustLink]));
    expect(() => answer(false)).toThrow('constraint.conflict');
    expect(answer(true).changes).toContainEqual({ do: 'retire_constraint', constraintId: 'm' });
  });

  it('keep remembers the size that was settled', () => {
    const { changes } = planSplitSuggestionDecision({ decision: 'keep' }, context());
    expect(changes).toEqual([
      {
        do: 'close_item',
        itemId: 'item',
        state: 'resolved',
        outcome: { decision: 'keep', cluster_id: 'c', face_count: 10 },
      },
    ]);
  });
});
