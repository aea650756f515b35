import { describe, expect, it } from 'vitest';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import type { Constraint } from '../cluster/constraints.js';
import { type BoxedImage, matchingFaces } from './duplicate-image.js';
import { type PlacedFace, planDuplicateImageDecision } from './duplicate-image-effects.js';

const face = (id: string, imageId: string, x: number, patch: Partial<PlacedFace> = {}): PlacedFace => ({
  id,
  imageId,
  box: { x, y: 10, width: 80, height: 80 },
  clusterId: `home of ${id}`,
  state: 'active',
  locked: false,
  quality: 0.9,
  ...patch,
});
const image = (id: string, ...faces: PlacedFace[]): BoxedImage<PlacedFace> => ({
  id,
  width: 1000,
  height: 500,
  faces,
});

describe('matchingFaces', () => {
  it('matches by place, whatever the size of the picture, each face at most once and the best overlap first', () => {
    const a = image('a', face('a1', 'a', 100), face('a2', 'a', 140));
    const half = (id: string, x: number): PlacedFace => ({
      ...face(id, 'b', 0),
      box: { x: x / 2, y: 5, width: 40, height: 40 },
    });
    const b = { ...image('b', half('b1', 135), half('b2', 600)), width: 500, height: 250 };
    expect(matchingFaces(a, b).map(([x, y]) => [x.id, y.id])).toEqual([['a2', 'b1']]);
  });
});

describe('the answers to a duplicate', () => {
  const answer = (
    kept: PlacedFace,
    other: PlacedFace,
    {
      constraints = [] as readonly Constraint[],
      override = false,
      members = [] as readonly PlacedFace[],
      keep = 'a',
    } = {},
  ) => {
    const all = [kept, other, ...members];
    const clusters = new Map<string, ClusterFacts>(
      [...new Set(all.flatMap(({ clusterId }) => clusterId ?? []))].map((id) => [
        id,
        {
          id,
          state: 'confirmed',
          label: null,
          externalRef: null,
          faces: all.filter(({ clusterId }) => clusterId === id),
        },
      ]),
    );
    return planDuplicateImageDecision(
      { decision: 'same', keep, override },
      { itemId: 'item', images: [image('a', kept), image('b', other)], clusters, constraints },
    ).changes;
  };
  const cannot = (id: string, faceA: string, faceB: string): Constraint => ({
    id,
    kind: 'cannot_link',
    faceA,
    faceB,
    operationId: 'op',
  });

  it('same copies a lock: the other face goes where a human put its twin, and is tied to it', () => {
    const changes = answer(face('a1', 'a', 10, { locked: true }), face('b1', 'b', 10));
    expect(changes).toContainEqual(
      expect.objectContaining({
        do: 'move_face',
        faceId: 'b1',
        toClusterId: 'home of a1',
        locked: true,
        assignedBy: 'human',
      }),
    );
    expect(changes).toContainEqual({
      do: 'add_constraint',
      kind: 'must_link',
      faceA: 'a1',
      faceB: 'b1',
    });
  });

  it('same copies what was said about the face, without a lock that nobody set', () => {
    const changes = answer(face('a1', 'a', 10), face('b1', 'b', 10), {
      constraints: [cannot('k', 'a1', 'x')],
    });
    expect(changes).toContainEqual(expect.objectContaining({ do: 'move_face', faceId: 'b1' }));
    expect(changes.find((change) => change.do === 'move_face')).not.toHaveProperty('locked');
    expect(changes).toContainEqual({
      do: 'add_constraint',
      kind: 'cannot_link',
      faceA: 'b1',
      faceB: 'x',
    });
  });

  it('same changes nothing where no human spoke', () => {
    expect(answer(face('a1', 'a', 10), face('b1', 'b', 10))).toHaveLength(1);
    expect(answer(face('a1', 'a', 10, { locked: true }), face('b1', 'b', 500))).toHaveLength(1);
  });

  it('same contradicts a human about the other image only when it says so', () => {
    const kept = face('a1', 'a', 10, { locked: true });
    const locked = face('b1', 'b', 10, { locked: true });
    expect(() => answer(kept, locked)).toThrow('constraint.conflict');
    expect(answer(kept, locked, { override: true }).length).toBeGreaterThan(1);
    const constraints = [cannot('k', 'b1', 'm')];
    const members = [face('m', 'c', 10, { clusterId: 'home of a1' })];
    const free = face('b1', 'b', 10);
    expect(() => answer(kept, free, { constraints, members })).toThrow('constraint.conflict');
    expect(answer(kept, free, { constraints, members, override: true })).toContainEqual({
      do: 'retire_constraint',
      constraintId: 'k',
    });
  });

  it('same copies "not a face"', () => {
    const dismissed = face('a1', 'a', 10, { state: 'dismissed', clusterId: null, locked: true });
    expect(answer(dismissed, face('b1', 'b', 10))).toContainEqual({ do: 'dismiss_face', faceId: 'b1' });
  });

  it('refuses a third image', () => {
    expect(() => answer(face('a1', 'a', 10), face('b1', 'b', 10), { keep: 'c' })).toThrow(
      'review_item.decision_invalid',
    );
  });
});
