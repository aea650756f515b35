import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../domain-error.js';
import { DECISIONS_BY_KIND, parseDecision } from './decision.js';
import { reviewPriority } from './priority.js';
import { isWorthAsking, REVIEW_KINDS } from './review-item.js';

const id = '019aa000-0000-7000-8000-000000000001';
const pointersOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'review_item.decision_invalid') {
      return error.faults.map((fault) => fault.pointer);
    }
    throw error;
  }
  return [];
};

describe('parseDecision', () => {
  it('reads the decisions of each kind', () => {
    expect(parseDecision('new_cluster', { decision: 'confirm', label: ' Ann ' })).toEqual({
      decision: 'confirm',
      label: 'Ann',
      externalRef: null,
    });
    expect(parseDecision('new_cluster', { decision: 'assign_to', cluster_id: id, override: true })).toEqual({
      decision: 'assign_to',
      clusterId: id,
      keepLabel: false,
      override: true,
    });
    expect(parseDecision('uncertain_assignment', { decision: 'accept' })).toEqual({
      decision: 'accept',
      clusterId: null,
      override: false,
    });
    expect(
      parseDecision('uncertain_assignment', { decision: 'reject', cluster_ids: [id, id] }),
    ).toMatchObject({ clusterIds: [id] });
  });

  it('reads what suggestions and conflicts take', () => {
    expect(parseDecision('merge_suggestion', { decision: 'merge', into: id, keep_label: true })).toEqual({
      decision: 'merge',
      into: id,
      keepLabel: true,
      override: false,
    });
    expect(parseDecision('split_suggestion', { decision: 'split', groups: [[id, id]] })).toMatchObject({
      groups: [[id]],
    });
    expect(parseDecision('split_suggestion', { decision: 'split' })).toMatchObject({ groups: null });
    expect(parseDecision('same_image_conflict', { decision: 'keep_one', face_id: id })).toMatchObject({
      faceId: id,
    });
    expect(parseDecision('duplicate_image', { decision: 'same', keep: id })).toMatchObject({ keep: id });
    expect(parseDecision('constraint_conflict', { decision: 'take_proposal' })).toEqual({
      decision: 'take_proposal',
    });
  });

  it('names every fault of a list of groups, and of a missing choice', () => {
    const groups = [[id, 'x'], [], 'y'];
    expect(pointersOf(() => parseDecision('split_suggestion', { decision: 'split', groups }))).toEqual([
      '#/groups/0/1',
      '#/groups/1',
      '#/groups/2',
    ]);
    expect(
      pointersOf(() => parseDecision('same_image_conflict', { decision: 'keep_one', keep: id })),
    ).toEqual(['#/face_id', '#/keep']);
    expect(pointersOf(() => parseDecision('duplicate_image', { decision: 'same' }))).toEqual(['#/keep']);
  });

  it('refuses a decision of the other kind', () => {
    expect(pointersOf(() => parseDecision('new_cluster', { decision: 'accept' }))).toEqual(['#/decision']);
    expect(pointersOf(() => parseDecision('uncertain_assignment', { decision: 'confirm' }))).toEqual([
      '#/decision',
    ]);
  });

  it('names every fault, a misspelt member among them', () => {
    const body = { decision: 'assign_to', clusterid: id, override: 'yes' };
    expect(pointersOf(() => parseDecision('new_cluster', body))).toEqual([
      '#/cluster_id',
      '#/override',
      '#/clusterid',
    ]);
    expect(pointersOf(() => parseDecision('new_cluster', { decision: 'not_a_face' }))).toEqual([
      '#/face_ids',
    ]);
  });

  it('answers any body with a decision or its one coded error', () => {
    const kinds = fc.constantFrom(...REVIEW_KINDS);
    const names = fc.constantFrom(...Object.values(DECISIONS_BY_KIND).flat());
    fc.assert(
      fc.property(
        kinds,
        fc.oneof(
          fc.anything(),
          fc.record({ decision: fc.anything(), label: fc.anything() }),
          fc.record(
            { decision: names, groups: fc.anything(), keep: fc.anything(), face_id: fc.anything() },
            { requiredKeys: ['decision'] },
          ),
        ),
        (kind, body) => {
          try {
            expect(DECISIONS_BY_KIND[kind]).toContain(parseDecision(kind, body).decision);
          } catch (error) {
            expect((error as DomainError).code).toBe('review_item.decision_invalid');
          }
        },
      ),
    );
  });
});

describe('queue order', () => {
  it('puts the question first whose answer changes most', () => {
    expect(reviewPriority(1, 0.5, false)).toBeGreaterThan(reviewPriority(1, 0.9, false));
    expect(reviewPriority(1, 0.5, true)).toBe(2 * reviewPriority(1, 0.5, false));
    expect(reviewPriority(40, null, false)).toBeGreaterThan(reviewPriority(1, 0.5, false));
  });

  it('asks a dismissed question again only when the cluster has grown by half', () => {
    expect(isWorthAsking(5, 1, 4, 1.5)).toBe(false);
    expect(isWorthAsking(6, 1, 4, 1.5)).toBe(true);
    expect(isWorthAsking(2, 3, null, 1.5)).toBe(false);
  });
});
