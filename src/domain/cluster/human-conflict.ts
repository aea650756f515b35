// A human's word against an earlier human's word: the later wins only when it says so.
import { DomainError } from '../domain-error.js';
import type { Change } from './change-plan.js';
import type { Constraint } from './constraints.js';

/**
 * The changes that retire what stands in the way (it stays in the history).
 * @param lockedFaceIds Faces that would have to leave where a human put them.
 * @throws DomainError constraint.conflict listing the decisions in the way, unless `override`.
 */
export function retireOrRefuse(
  inTheWay: readonly Constraint[],
  override: boolean,
  lockedFaceIds: readonly string[] = [],
): Change[] {
  if (inTheWay.length + lockedFaceIds.length > 0 && !override) {
    throw new DomainError(
      'constraint.conflict',
      'An earlier decision forbids this; send "override": true to replace it.',
      {
        extensions: {
          constraints: inTheWay.map((constraint) => ({
            id: constraint.id,
            kind: constraint.kind,
            face_a: constraint.faceA,
            face_b: constraint.faceB,
            operation_id: constraint.operationId,
          })),
          locked_face_ids: lockedFaceIds,
        },
      },
    );
  }
  return [...new Set(inTheWay.map((constraint) => constraint.id))].map((constraintId) => ({
    do: 'retire_constraint',
    constraintId,
  }));
}
