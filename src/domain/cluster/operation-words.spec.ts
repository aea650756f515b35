import { describe, expect, it } from 'vitest';
import { OPERATION_KINDS } from './operation-origin.js';
import { describeOperation, type WordedOperation } from './operation-words.js';
import { NO_CHANGES, type RecordedChanges } from './recorded-changes.js';
import { describeForCluster, describeForFace } from './subject-words.js';
import { clusterName } from './wording.js';

const nameOf = (id: string): string => ({ ann: '“Ann”', bea: '“Bea”' })[id] ?? 'an unnamed cluster';
const changed = (patch: Partial<RecordedChanges>): RecordedChanges => ({
  ...NO_CHANGES,
  ...patch,
});
const operation = (
  kind: WordedOperation['kind'],
  patch: Partial<RecordedChanges>,
  details: Partial<WordedOperation['details']> = {},
): WordedOperation => ({
  kind,
  changes: changed(patch),
  details: { decisions: [], answer: null, undoes: null, placeless: [], ...details },
});
const merge = operation('cluster_merge', {
  faces_changed: [{ ids: ['f', 'g'], before: { cluster_id: 'bea' }, after: { cluster_id: 'ann' } }],
  clusters_changed: [
    {
      id: 'bea',
      before: { state: 'pending', merged_into: null },
      after: { state: 'merged', merged_into: 'ann' },
    },
  ],
  constraints_added: ['c'],
});

describe('an operation in words', () => {
  it('tells who went where, and how many', () => {
    expect(describeOperation(merge, nameOf)).toBe(
      'Clusters were merged: 2 faces from “Bea” to “Ann”, “Bea” merged into another and 1 constraint set.',
    );
    expect(describeForFace(merge, 'f', nameOf)).toBe('A human moved it from “Bea” to “Ann” by a merge.');
    expect(describeForCluster(merge, 'ann', nameOf)).toBe('It gained 2 faces.');
    expect(describeForCluster(merge, 'bea', nameOf)).toBe('It is merged into another and it lost 2 faces.');
  });

  it('tells names', () => {
    const renamed = operation('cluster_update', {
      clusters_changed: [{ id: 'ann', before: { label: 'An' }, after: { label: 'Ann' } }],
    });
    expect(describeOperation(renamed, nameOf)).toBe('A cluster was changed: “An” renamed to “Ann”.');
  });

  it('tells what the machine made of a photo', () => {
    const decision = {
      face_id: 'f',
      cluster_id: 'ann',
      rule: 'over_accept',
      accept: 0.9,
      ask: 0.1,
      margin_logit: 2,
      candidates: [],
      excluded: [],
    } as const;
    const assign = operation(
      'assign',
      {
        faces_added: [
          { id: 'f', cluster_id: 'ann' },
          { id: 'g', cluster_id: 'x' },
        ],
      },
      {
        decisions: [
          { ...decision, decision: 'assign', bridges: ['y'] },
          { ...decision, face_id: 'g', decision: 'ask', bridges: [] },
        ],
      },
    );
    expect(describeOperation(assign, nameOf)).toBe(
      'A photo brought 2 faces: 1 joined known people and 1 in doubt; 1 cluster joined another because of it.',
    );
    expect(describeForFace(assign, 'f', nameOf)).toBe('The machine found the face and put it into “Ann”.');
  });

  it('tells answers and what was taken back', () => {
    const fixed = { faces_changed: [{ ids: ['f'], before: { locked: false }, after: { locked: true } }] };
    const answered = operation('review_decision', fixed, { answer: { decision: 'confirm', item_id: 'i' } });
    expect(describeOperation(answered, nameOf)).toBe('A question was answered “confirm”: 1 face fixed.');
    expect(describeForFace(answered, 'f', nameOf)).toBe('A human fixed it where it is.');
    const undo = operation(
      'undo',
      { faces_changed: [{ ids: ['f'], before: { cluster_id: 'ann' }, after: { cluster_id: 'bea' } }] },
      { undoes: { id: 'o', kind: 'cluster_merge' } },
    );
    expect(describeOperation(undo, nameOf)).toBe('A merge was taken back: 1 face from “Ann” to “Bea”.');
    expect(describeForFace(undo, 'f', nameOf)).toBe(
      'A human took back a merge, which moved it from “Ann” to “Bea”.',
    );
    expect(describeForFace(undo, 'other', nameOf)).toBe(
      'A human said of it and another face whether they are one person (an undo).',
    );
  });

  it('is a sentence for every kind, also when nothing changed or nothing is known', () => {
    for (const kind of OPERATION_KINDS) {
      for (const changes of [changed({}), null]) {
        const words = describeOperation({ ...operation(kind, {}), changes }, nameOf);
        expect(words).toMatch(/^[A-Z“0].*\.$/);
        expect(words).not.toMatch(/undefined|null/);
      }
    }
  });

  it('calls clusters by their name, or by what they are', () => {
    expect(clusterName({ label: 'Ann', state: 'confirmed' })).toBe('“Ann”');
    expect(clusterName({ label: null, state: 'pending' })).toBe('an unnamed cluster');
    expect(clusterName({ label: null, state: 'ignored' })).toBe('a hidden cluster');
    expect(clusterName(undefined, 'Ann')).toBe('“Ann” (gone)');
    expect(clusterName(undefined)).toBe('a cluster that is gone');
  });
});
