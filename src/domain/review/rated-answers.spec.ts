import { describe, expect, it } from 'vitest';
import { ratedAnswerOf } from './rated-answers.js';

const kind = { space: 'pack', by: 'evidence' } as const;
const rating = { ...kind, offset: -1, slope: 0.5 };
const asked = (outcome: Record<string, unknown> | null, more: Record<string, unknown> = {}) => ({
  kind: 'uncertain_assignment',
  evidence: {
    rule: 'ask_band',
    rating,
    candidates: [
      { cluster_id: 'a', logit: 0.5 },
      { cluster_id: 'b', logit: 0.2 },
    ],
    ...more,
  },
  outcome,
});

describe('what an answer says of the log odds that it was asked with', () => {
  it('is told in the log odds of the pack, whatever was in force then', () => {
    expect(ratedAnswerOf(asked({ decision: 'accept', cluster_id: 'a' }), kind)).toEqual({
      logit: 3,
      same: true,
    });
  });

  it('goes by the best candidate alone', () => {
    const sameOf = (outcome: Record<string, unknown>) => ratedAnswerOf(asked(outcome), kind)?.same;
    expect(sameOf({ decision: 'accept', cluster_id: 'b' })).toBe(false);
    expect(sameOf({ decision: 'reject', cluster_ids: ['b', 'a'] })).toBe(false);
    expect(sameOf({ decision: 'new_cluster' })).toBe(false);
    expect(sameOf({ decision: 'reject', cluster_ids: ['b'] })).toBeUndefined();
    expect(sameOf({ decision: 'not_a_face' })).toBeUndefined();
    expect(sameOf({ decision: 'dismiss' })).toBeUndefined();
  });

  it('is nothing where figures were of another kind or space, unknown, or two candidates stood against each other', () => {
    const accept = { decision: 'accept', cluster_id: 'a' };
    expect(ratedAnswerOf(asked(accept), { ...kind, space: 'other' })).toBeNull();
    expect(ratedAnswerOf(asked(accept), { ...kind, by: 'linkage' })).toBeNull();
    expect(ratedAnswerOf(asked(accept, { rating: undefined }), kind)).toBeNull();
    expect(ratedAnswerOf(asked(accept, { rule: 'margin' }), kind)).toBeNull();
    expect(ratedAnswerOf(asked(null), kind)).toBeNull();
  });

  it('counts questions about two groups', () => {
    const merge = (decision: string, evidence: Record<string, unknown>) =>
      ratedAnswerOf({ kind: 'merge_suggestion', evidence, outcome: { decision } }, kind);
    expect(merge('merge', { logit: 0, rating })).toEqual({ logit: 2, same: true });
    expect(merge('not_same', { logit: 0, rating })).toEqual({ logit: 2, same: false });
    expect(merge('not_same', {})).toBeNull();
  });
});
