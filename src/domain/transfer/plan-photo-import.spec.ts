import { describe, expect, it } from 'vitest';
import type { FaceFacts } from '../cluster/cluster-facts.js';
import { type IncomingFaceFacts, planPhotoImport } from './plan-photo-import.js';

const face = (id: string, clusterId: string | null, more: Partial<FaceFacts> = {}): FaceFacts => ({
  id,
  imageId: 'photo',
  clusterId,
  state: clusterId === null ? 'unclustered' : 'active',
  locked: false,
  quality: 1,
  ...more,
});
const incoming = (
  id: string,
  clusterId: string | null,
  more: Partial<IncomingFaceFacts> = {},
): IncomingFaceFacts => ({
  id,
  clusterId,
  state: clusterId === null ? 'unclustered' : 'active',
  locked: false,
  ...more,
});
/** @param known Faces that are here, each the match of the incoming face of its id. */
const plan = (
  faces: readonly IncomingFaceFacts[],
  known: readonly FaceFacts[] = [],
  constraints = [] as const,
) =>
  planPhotoImport({
    imageId: 'photo',
    incoming: faces,
    known,
    matches: new Map(known.map((one) => [one.id, one])),
    constraints,
  });

describe('faces of an imported photo', () => {
  it('come where they were, when nobody is here yet', () => {
    const { placed, alone, changes, wishes } = plan([
      incoming('a', 'A', { locked: true }),
      incoming('b', null),
    ]);
    expect(placed).toEqual([
      { faceId: 'a', clusterId: 'A' },
      { faceId: 'b', clusterId: null },
    ]);
    expect([alone, changes, wishes]).toEqual([[], [], []]);
  });

  it('never stand twice in one cluster, unless a human said so', () => {
    const twice = [incoming('a', 'A'), incoming('b', 'A')];
    expect(plan(twice)).toMatchObject({ placed: [{ faceId: 'a' }], alone: ['b'] });
    const excused = planPhotoImport({
      imageId: 'photo',
      incoming: twice,
      known: [],
      matches: new Map(),
      constraints: [{ id: 'k', kind: 'same_image_ok', faceA: 'a', faceB: 'b', operationId: '' }],
    });
    expect(excused.alone).toEqual([]);
  });

  it('that are here already stay where the machine or a human put them, when only the machine said otherwise', () => {
    for (const locked of [false, true]) {
      const { placed, changes, wishes } = plan([incoming('a', 'A')], [face('a', 'B', { locked })]);
      expect([placed, changes, wishes]).toEqual([[], [], []]);
    }
  });

  it('that a human placed elsewhere wish to move; the same place only holds them', () => {
    const said = incoming('a', 'A', { locked: true });
    expect(plan([said], [face('a', 'B')]).wishes).toMatchObject([{ face: { id: 'a' }, clusterId: 'A' }]);
    expect(plan([said], [face('a', 'A')]).changes).toEqual([{ do: 'lock_face', faceId: 'a' }]);
    expect(plan([said], [face('a', 'A', { locked: true })])).toMatchObject({ changes: [], wishes: [] });
    const nobody = incoming('a', null, { locked: true });
    expect(plan([nobody], [face('a', 'B')]).wishes).toMatchObject([{ clusterId: null }]);
    // Its cluster is gone here: that says nothing about the face.
    const homeless = incoming('a', null, { locked: true, state: 'active' });
    expect(plan([homeless], [face('a', 'B')]).wishes).toEqual([]);
  });

  it('that a human said to be no face are dismissed, unless a human here holds them', () => {
    const none = incoming('a', null, { state: 'dismissed', locked: true });
    expect(plan([none], [face('a', 'B')]).changes).toEqual([{ do: 'dismiss_face', faceId: 'a' }]);
    expect(plan([none], [face('a', 'B', { locked: true })])).toMatchObject({ changes: [], wishes: [] });
    expect(plan([none], [face('a', null, { state: 'dismissed' })]).changes).toEqual([]);
    // What was dismissed here is not found again because another gallery still has it.
    expect(
      plan([incoming('a', 'A', { locked: true })], [face('a', null, { state: 'dismissed' })]).wishes,
    ).toEqual([]);
  });
});
