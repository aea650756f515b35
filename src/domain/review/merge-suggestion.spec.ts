import { describe, expect, it } from 'vitest';
import type { ClusterFacts, FaceFacts } from '../cluster/cluster-facts.js';
import type { Constraint } from '../cluster/constraints.js';
import { DomainError } from '../domain-error.js';
import { type MergePair, suggestMerge } from './merge-suggestion.js';
import { mergeTarget, planMergeSuggestionDecision } from './merge-suggestion-effects.js';

const face = (id: string, patch: Partial<FaceFacts> = {}): FaceFacts => ({
  id,
  imageId: `image of ${id}`,
  clusterId: null,
  state: 'active',
  locked: false,
  quality: 0.9,
  ...patch,
});
const cluster = (id: string, patch: Partial<ClusterFacts> = {}): ClusterFacts => ({
  id,
  state: 'confirmed',
  label: null,
  externalRef: null,
  faces: [face(`${id}1`), face(`${id}2`)],
  ...patch,
});
const constraint = (kind: Constraint['kind'], faceA: string, faceB: string): Constraint => ({
  id: `${kind} ${faceA} ${faceB}`,
  kind,
  faceA,
  faceB,
  operationId: 'op',
});
const pair = (patch: Partial<MergePair> = {}): MergePair => ({
  clusters: [cluster('a'), cluster('b')],
  similarity: 0.4,
  probability: 0.6,
  constraints: [],
  dismissedAt: null,
  ...patch,
});
const point = { facesShown: 12, askAgainGrowth: 1.5 };
const whySilent = (patch: Partial<MergePair>): string | null => {
  const verdict = suggestMerge(pair(patch), point);
  return verdict.kind === 'silent' ? verdict.why : null;
};

describe('suggestMerge', () => {
  it('asks the same question about a pair in either order', () => {
    const [a, b] = pair().clusters;
    const verdict = suggestMerge(pair(), point);
    expect(suggestMerge(pair({ clusters: [b, a] }), point)).toEqual(verdict);
    expect(verdict).toMatchObject({
      kind: 'ask',
      question: {
        subjectKey: 'clusters:a+b',
        clusterId: 'a',
        otherClusterId: 'b',
        evidence: {
          clusters: [
            { cluster_id: 'a', face_count: 2, face_ids: ['a1', 'a2'] },
            { cluster_id: 'b', face_count: 2, face_ids: ['b1', 'b2'] },
          ],
          shared_image_count: 0,
        },
      },
    });
  });

  it('is silent about what a human has settled', () => {
    expect(whySilent({ constraints: [constraint('cannot_link', 'a1', 'b2')] })).toBe('cannot_link');
    // Through a third face: b2 is c, and c is not a1.
    const tied = [constraint('must_link', 'b2', 'c'), constraint('cannot_link', 'a1', 'c')];
    expect(whySilent({ constraints: tied })).toBe('cannot_link');
    expect(whySilent({ clusters: [cluster('a', { label: 'Ann' }), cluster('b', { label: 'Eve' })] })).toBe(
      'labels_differ',
    );
    expect(
      whySilent({ clusters: [cluster('a', { label: 'Ann' }), cluster('b', { label: 'Ann' })] }),
    ).toBeNull();
    expect(whySilent({ clusters: [cluster('a', { state: 'ignored' }), cluster('b')] })).toBe('hidden');
  });

  it('is silent about clusters that stand together in over a tenth of their photos, unless a human excused the photo', () => {
    const faces = (id: string): FaceFacts[] =>
      Array.from({ length: 10 }, (_, i) => face(`${id}${i}`, { imageId: `${id}${i}` }));
    const [a, b] = [faces('a'), faces('b')];
    const together = (count: number): Partial<MergePair> => ({
      clusters: [
        cluster('a', { faces: a }),
        cluster('b', { faces: b.map((one, i) => (i < count ? { ...one, imageId: `a${i}` } : one)) }),
      ],
    });
    expect(whySilent(together(1))).toBeNull();
    expect(whySilent(together(2))).toBe('shared_images');
    expect(whySilent({ ...together(2), constraints: [constraint('same_image_ok', 'a0', 'b0')] })).toBeNull();
  });

  it('asks again after a dismissal only when the two together have grown by half', () => {
    expect(whySilent({ dismissedAt: 3 })).toBe('dismissed');
    expect(whySilent({ dismissedAt: 2 })).toBeNull();
  });
});

describe('the answers to a merge suggestion', () => {
  const context = (patch: Partial<Parameters<typeof planMergeSuggestionDecision>[1]> = {}) => {
    const verdict = suggestMerge(pair(), { ...point, facesShown: 1 });
    if (verdict.kind !== 'ask') throw new Error('silent');
    return {
      itemId: 'item',
      evidence: verdict.question.evidence as never,
      clusters: pair().clusters,
      constraints: [],
      ...patch,
    };
  };
  const merge = { decision: 'merge', into: null, keepLabel: false, override: false } as const;

  it('keep the confirmed cluster, then the labelled, then the larger, then the lower id', () => {
    const small = { faces: [face('x')] };
    const cases: [Partial<ClusterFacts>, Partial<ClusterFacts>, string][] = [
      [{ state: 'pending', label: 'Ann' }, { ...small }, 'b'],
      [{}, { ...small, label: 'Ann' }, 'b'],
      [{ ...small }, {}, 'b'],
      [{}, {}, 'a'],
    ];
    for (const [a, b, kept] of cases) {
      const [ca, cb] = [cluster('a', a), cluster('b', b)];
      expect(mergeTarget(ca, cb).id).toBe(kept);
      expect(mergeTarget(cb, ca).id).toBe(kept);
    }
  });

  it('merge into the named cluster, and refuse any third', () => {
    const plan = planMergeSuggestionDecision({ ...merge, into: 'b' }, context());
    expect(plan.changes).toContainEqual({ do: 'close_as_merged', clusterId: 'a', into: 'b' });
    expect(() => planMergeSuggestionDecision({ ...merge, into: 'c' }, context())).toThrow(DomainError);
  });

  it('merge two different names only when told to keep that of the target', () => {
    const clusters = [cluster('a', { label: 'Ann' }), cluster('b', { label: 'Eve' })] as const;
    const answer = (keepLabel: boolean) =>
      planMergeSuggestionDecision({ ...merge, keepLabel }, context({ clusters }));
    expect(() => answer(false)).toThrow('cluster.labels_differ');
    expect(answer(true).changes).toContainEqual(
      expect.objectContaining({ do: 'update_cluster', clusterId: 'a', label: 'Ann' }),
    );
  });

  it('merge never un-hides', () => {
    const clusters = [cluster('a', { state: 'ignored' }), cluster('b', { state: 'pending' })] as const;
    const plan = planMergeSuggestionDecision(merge, context({ clusters }));
    expect(plan.changes).toContainEqual(expect.objectContaining({ do: 'update_cluster', state: 'ignored' }));
  });

  it('not_same keeps exactly the shown samples apart', () => {
    const plan = planMergeSuggestionDecision({ decision: 'not_same', override: false }, context());
    expect(plan.changes.filter((change) => change.do === 'add_constraint')).toEqual([
      { do: 'add_constraint', kind: 'cannot_link', faceA: 'a1', faceB: 'b1' },
    ]);
  });

  it('not_same contradicts an earlier must-link only when it says so', () => {
    const constraints = [constraint('must_link', 'a2', 'b2')];
    const answer = (override: boolean) =>
      planMergeSuggestionDecision({ decision: 'not_same', override }, context({ constraints }));
    expect(() => answer(false)).toThrow('constraint.conflict');
    expect(answer(true).changes).toContainEqual({
      do: 'retire_constraint',
      constraintId: constraints[0]!.id,
    });
  });
});
