import { describe, expect, it } from 'vitest';
import type { PlanKind } from './change-plan.js';
import { NO_CHANGES, type RecordedChanges } from './recorded-changes.js';
import { dependentsOf, type LaterOperation, undoneBy } from './undo-dependents.js';
import { notUndoable } from './undoable.js';

const changed = (patch: Partial<RecordedChanges> = {}): RecordedChanges => ({
  ...NO_CHANGES,
  faces_changed: [{ ids: ['f'], before: { cluster_id: 'a' }, after: { cluster_id: 'b' } }],
  ...patch,
});
const operation = (kind: PlanKind = 'face_move', patch: Partial<RecordedChanges> = {}) => ({
  id: '1',
  kind,
  undoesId: null,
  changes: changed(patch),
});
const later = (patch: Partial<LaterOperation>): LaterOperation => ({
  id: '5',
  kind: 'face_move',
  undoesId: null,
  changes: changed(),
  sharedFaceIds: [],
  sharedClusterIds: [],
  ...patch,
});
const ids = (found: readonly LaterOperation[]): string[] => found.map(({ id }) => id);
const renamed = { clusters_changed: [{ id: 'b', before: { label: null }, after: { label: 'Ann' } }] };
const merged = {
  clusters_changed: [{ id: 'b', before: { state: 'pending' }, after: { state: 'merged' } }],
} as const;

describe('what stands in the way of an undo', () => {
  it('a later word about the same face', () => {
    const other = later({ sharedFaceIds: ['f'] });
    expect(ids(dependentsOf(operation(), [other], []))).toEqual(['5']);
    expect(dependentsOf(operation(), [later({})], [])).toEqual([]);
  });

  it('two moves into one cluster are no matter, a change of the cluster is', () => {
    const shared = { sharedClusterIds: ['b'] };
    expect(dependentsOf(operation(), [later(shared)], [])).toEqual([]);
    expect(ids(dependentsOf(operation(), [later({ ...shared, changes: changed(renamed) })], []))).toEqual([
      '5',
    ]);
    expect(ids(dependentsOf(operation('cluster_update', renamed), [later(shared)], []))).toEqual(['5']);
  });

  it('a cover is no change of what a cluster is', () => {
    const cover = {
      clusters_changed: [{ id: 'b', before: { cover_face_id: 'f' }, after: { cover_face_id: null } }],
    };
    const other = later({ sharedClusterIds: ['b'], changes: changed(cover) });
    expect(dependentsOf(operation(), [other], [])).toEqual([]);
  });

  it('for what the machine did with a face: the end of its cluster, not its name', () => {
    const shared = { sharedClusterIds: ['b'] };
    const founded = operation('assign', { clusters_added: ['b'] });
    expect(dependentsOf(founded, [later({ ...shared, changes: changed(renamed) })], [])).toEqual([]);
    expect(ids(dependentsOf(founded, [later({ ...shared, changes: changed(merged) })], []))).toEqual(['5']);
  });

  it('not what is undone itself, nor the undo of something later; the undo of something earlier does', () => {
    const shared = { sharedFaceIds: ['f'] };
    const pair = [later({ ...shared, id: '5' }), later({ ...shared, id: '6', kind: 'undo', undoesId: '5' })];
    const links = [{ id: '6', undoesId: '5' }];
    expect(dependentsOf(operation(), pair, links)).toEqual([]);
    const redo = later({ ...shared, id: '7', kind: 'undo', undoesId: '6' });
    expect(ids(dependentsOf(operation(), [...pair, redo], [...links, { id: '7', undoesId: '6' }]))).toEqual([
      '5',
    ]);
    const earlier = later({ ...shared, kind: 'undo', undoesId: '0' });
    expect(ids(dependentsOf(operation(), [earlier], []))).toEqual(['5']);
  });

  it('not what can never be undone, and not what changed nothing', () => {
    const shared = { sharedFaceIds: ['f'], sharedClusterIds: ['b'] };
    const gone = [
      later({ ...shared, changes: changed({ faces_erased: ['f'] }) }),
      later({ ...shared, changes: changed({ faces_dismissed: ['f'] }) }),
      later({ ...shared, changes: changed({ faces_changed: [] }) }),
    ];
    expect(dependentsOf(operation(), gone, [])).toEqual([]);
  });
});

describe('whether an operation is in effect', () => {
  it('depends on whether its undo is', () => {
    const links = [{ id: '2', undoesId: '1' }];
    expect(undoneBy('1', links)).toBe('2');
    const redone = [...links, { id: '3', undoesId: '2' }];
    expect([undoneBy('1', redone), undoneBy('2', redone)]).toEqual([null, '3']);
    expect(undoneBy('1', [...redone, { id: '4', undoesId: '1' }])).toBe('4');
  });
});

describe('what can not be taken back', () => {
  it('tells the reason', () => {
    expect(notUndoable('face_move', changed(), null)).toBeNull();
    expect(notUndoable('face_move', changed(), '2')).toBe('already_undone');
    expect(notUndoable('face_move', changed({ faces_changed: [] }), null)).toBe('no_effect');
    expect(notUndoable('face_move', null, null)).toBe('not_recorded');
    expect(notUndoable('image_delete', changed(), null)).toBe('erased');
    expect(notUndoable('cluster_delete', changed({ faces_erased: ['f'] }), null)).toBe('erased');
    expect(notUndoable('review_decision', changed({ faces_dismissed: ['f'] }), null)).toBe(
      'embedding_erased',
    );
  });
});
