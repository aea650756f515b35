import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockingConstraints,
  type Constraint,
  contradictions,
  mustClosure,
  orderedPair,
  tyingConstraints,
} from './constraints.js';

let serial = 0;
const constraint = (kind: Constraint['kind'], x: string, y: string): Constraint => ({
  id: `k${String(serial++).padStart(6, '0')}`,
  kind,
  ...orderedPair(x, y),
  operationId: 'op',
});

const faces = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const arbitraryConstraints = fc.array(
  fc
    .tuple(
      fc.constantFrom('must_link' as const, 'cannot_link' as const),
      fc.constantFrom(...faces),
      fc.constantFrom(...faces),
    )
    .filter(([, x, y]) => x !== y)
    .map(([kind, x, y]) => constraint(kind, x, y)),
  { maxLength: 12 },
);

describe('constraints', () => {
  it('finds the decision that forbids a merge through a chain of must-links', () => {
    const constraints = [constraint('cannot_link', 'a', 'c'), constraint('must_link', 'b', 'c')];
    expect(blockingConstraints(['a'], ['b'], constraints)).toEqual([constraints[0]]);
    expect(blockingConstraints(['a'], ['d'], constraints)).toEqual([]);
  });

  it('finds the decision that forbids parting two faces', () => {
    const tied = constraint('must_link', 'a', 'b');
    expect(tyingConstraints(new Set(['a']), new Set(['b', 'c']), [tied])).toEqual([tied]);
    expect(tyingConstraints(new Set(['a']), new Set(['c']), [tied])).toEqual([]);
  });

  it('blocks the same whichever group is named first, and in any order of constraints', () => {
    fc.assert(
      fc.property(arbitraryConstraints, fc.subarray(faces), fc.subarray(faces), (constraints, x, y) => {
        const blocked = blockingConstraints(x, y, constraints);
        expect(blockingConstraints(y, x, [...constraints].reverse())).toEqual(blocked);
      }),
    );
  });

  it('allows a merge exactly when the merged group holds both ends of no cannot-link between the two', () => {
    fc.assert(
      fc.property(
        arbitraryConstraints,
        fc.constantFrom(...faces),
        fc.constantFrom(...faces),
        (constraints, x, y) => {
          const clean = contradictions(constraints).length === 0;
          const apart = !mustClosure([x], constraints).has(y);
          fc.pre(clean && apart);
          const merged = [...constraints, constraint('must_link', x, y)];
          expect(contradictions(merged).length > 0).toBe(
            blockingConstraints([x], [y], constraints).length > 0,
          );
        },
      ),
    );
  });
});
