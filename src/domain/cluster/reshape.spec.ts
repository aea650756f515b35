import { describe, expect, it } from 'vitest';
import { DomainError } from '../domain-error.js';
import type { Change, ChangePlan } from './change-plan.js';
import type { ClusterFacts, FaceFacts } from './cluster-facts.js';
import { type Constraint, orderedPair } from './constraints.js';
import { planDismiss, planMerge, planMove, planSplit } from './reshape.js';

const face = (id: string, clusterId: string | null, more: Partial<FaceFacts> = {}): FaceFacts => ({
  id,
  imageId: `image-of-${id}`,
  clusterId,
  state: clusterId === null ? 'unclustered' : 'active',
  locked: false,
  quality: 0.8,
  ...more,
});
const cluster = (id: string, faceIds: string[], more: Partial<ClusterFacts> = {}): ClusterFacts => ({
  id,
  state: 'pending',
  label: null,
  externalRef: null,
  faces: faceIds.map((faceId) => face(faceId, id)),
  ...more,
});
const constraint = (id: string, kind: Constraint['kind'], x: string, y: string): Constraint => ({
  id,
  kind,
  ...orderedPair(x, y),
  operationId: `operation-of-${id}`,
});
const faultOf = (work: () => unknown): DomainError => {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};
const only = <Name extends Change['do']>(plan: ChangePlan, name: Name) =>
  plan.changes.filter((change): change is Extract<Change, { do: Name }> => change.do === name);

const merge = (source: ClusterFacts, target: ClusterFacts, constraints: Constraint[] = [], more = {}) =>
  planMerge({ source, target, constraints, keepLabel: false, override: false, ...more });

describe('planMerge', () => {
  it('moves every face, closes the source and ties the two for good', () => {
    const plan = merge(cluster('a', ['1', '2']), cluster('b', ['3']));
    expect(only(plan, 'move_face').map(({ faceId, toClusterId }) => [faceId, toClusterId])).toEqual([
      ['1', 'b'],
      ['2', 'b'],
    ]);
    expect(only(plan, 'close_as_merged')).toEqual([{ do: 'close_as_merged', clusterId: 'a', into: 'b' }]);
    expect(only(plan, 'add_constraint')).toEqual([
      { do: 'add_constraint', kind: 'must_link', faceA: '1', faceB: '3' },
    ]);
  });

  it('keeps the label of the target and fills it from the source where empty', () => {
    const named = cluster('a', ['1'], { label: 'Ann', state: 'confirmed', externalRef: 'x' });
    expect(only(merge(named, cluster('b', ['2'])), 'update_cluster')[0]).toMatchObject({
      label: 'Ann',
      externalRef: 'x',
      state: 'confirmed',
    });
    expect(faultOf(() => merge(named, cluster('b', ['2'], { label: 'Bea' }))).code).toBe(
      'cluster.labels_differ',
    );
    const kept = merge(named, cluster('b', ['2'], { label: 'Bea' }), [], { keepLabel: true });
    expect(only(kept, 'update_cluster')[0]!.label).toBe('Bea');
  });

  it('never shows again what a human hid', () => {
    const state = (source: ClusterFacts['state'], target: ClusterFacts['state']) =>
      only(
        merge(cluster('a', ['1'], { state: source }), cluster('b', ['2'], { state: target })),
        'update_cluster',
      )[0]!.state;
    expect(state('ignored', 'pending')).toBe('ignored');
    expect(state('confirmed', 'ignored')).toBe('ignored');
    expect(state('pending', 'ignored')).toBe('ignored');
  });

  it('refuses to contradict a human, lists the decision, and retires it only when told to', () => {
    const said = constraint('k', 'cannot_link', '1', '2');
    const fault = faultOf(() => merge(cluster('a', ['1']), cluster('b', ['2']), [said]));
    expect(fault.code).toBe('constraint.conflict');
    expect(fault.extensions['constraints']).toMatchObject([{ id: 'k', operation_id: 'operation-of-k' }]);
    const plan = merge(cluster('a', ['1']), cluster('b', ['2']), [said], { override: true });
    expect(only(plan, 'retire_constraint')).toEqual([{ do: 'retire_constraint', constraintId: 'k' }]);
  });
});

describe('planSplit', () => {
  const split = (of: ClusterFacts, groups: string[][], constraints: Constraint[] = [], override = false) =>
    planSplit({
      cluster: of,
      groups: groups.map((faceIds, i) => ({ newClusterId: `new${i}`, faceIds })),
      constraints,
      override,
    });

  it('keeps every pair of parts apart, the rest included', () => {
    const plan = split(cluster('a', ['1', '2', '3']), [['1'], ['2']]);
    expect(only(plan, 'add_constraint').map(({ kind, faceA, faceB }) => [kind, faceA, faceB])).toEqual([
      ['cannot_link', '1', '2'],
      ['cannot_link', '1', '3'],
      ['cannot_link', '2', '3'],
    ]);
    expect(only(plan, 'move_face').every((change) => change.locked === true)).toBe(true);
  });

  it('leaves the first group in place when the groups name every face', () => {
    const plan = split(cluster('a', ['1', '2']), [['1'], ['2']]);
    expect(only(plan, 'create_cluster').map((change) => change.clusterId)).toEqual(['new1']);
    expect(only(plan, 'lock_face')).toEqual([{ do: 'lock_face', faceId: '1' }]);
  });

  it('refuses what is no split', () => {
    const of = cluster('a', ['1', '2']);
    for (const groups of [[], [[]], [['1', '2']], [['9']], [['1'], ['1']]]) {
      expect(faultOf(() => split(of, groups)).code).toBe('request.invalid');
    }
  });

  it('refuses to part what a human tied, unless told to', () => {
    const tied = constraint('k', 'must_link', '1', '2');
    expect(faultOf(() => split(cluster('a', ['1', '2']), [['1']], [tied])).code).toBe('constraint.conflict');
    expect(only(split(cluster('a', ['1', '2']), [['1']], [tied], true), 'retire_constraint')).toHaveLength(1);
  });
});

describe('planMove', () => {
  const move = (
    moved: FaceFacts,
    source: ClusterFacts | null,
    target: ClusterFacts | null,
    constraints: Constraint[] = [],
  ) => planMove({ face: moved, source, target, constraints, override: false });

  it('locks the face, ties it to where it goes and keeps it from where it was', () => {
    const source = cluster('a', ['1', '2']);
    const plan = move(source.faces[0]!, source, cluster('b', ['3']));
    expect(only(plan, 'move_face')[0]).toMatchObject({
      faceId: '1',
      toClusterId: 'b',
      locked: true,
      assignedBy: 'human',
    });
    expect(only(plan, 'add_constraint').map(({ kind, faceA, faceB }) => [kind, faceA, faceB])).toEqual([
      ['must_link', '1', '3'],
      ['cannot_link', '1', '2'],
    ]);
  });

  it('refuses a cluster that the face was ruled out of', () => {
    const fault = faultOf(() =>
      move(face('1', null), null, cluster('b', ['3']), [constraint('k', 'cannot_link', '1', '3')]),
    );
    expect(fault.code).toBe('constraint.conflict');
  });

  it('refuses to move what is no face', () => {
    const gone = face('1', null, { state: 'dismissed' });
    expect(faultOf(() => move(gone, null, cluster('b', ['3']))).code).toBe('face.dismissed');
  });
});

describe('planDismiss', () => {
  it('retires what was said about a face that is none', () => {
    const plan = planDismiss(
      ['1'],
      [constraint('k', 'must_link', '1', '2'), constraint('l', 'cannot_link', '2', '3')],
    );
    expect(plan.changes).toEqual([
      { do: 'retire_constraint', constraintId: 'k' },
      { do: 'dismiss_face', faceId: '1' },
    ]);
  });
});
