// Whether an operation can be taken back at all, whatever happened after it.
import { DomainError } from '../domain-error.js';
import { hasEffect, type RecordedChanges } from './recorded-changes.js';
import type { PlanKind } from './change-plan.js';
import { operationDetails } from './operation-details.js';

/**
 * erased: faces are gone for good. embedding_erased: faces were said to be none; without their embeddings they could not
 * be grouped again. model_change: the change of model has a route of its own for this. already_undone. no_effect: it changed nothing. not_recorded: an earlier version kept no image.
 * imported: it brought photos from elsewhere.
 */
export type NotUndoableReason =
  | 'erased'
  | 'embedding_erased'
  | 'model_change'
  | 'already_undone'
  | 'no_effect'
  | 'not_recorded'
  | 'imported';

const DETAILS: Readonly<Record<NotUndoableReason, string>> = {
  erased: 'What was erased can not come back.',
  embedding_erased:
    'The embeddings of these faces were erased when they were said to be no faces. To have one found again, delete its image and send the photo again.',
  model_change:
    'Vectors of the former models may have to be made first: take the change of model back, not its operation.',
  already_undone: 'This operation is undone already.',
  no_effect: 'This operation changed nothing that could be put back.',
  not_recorded: 'This operation was recorded without what stood before.',
  imported: 'What was imported is taken back by erasing it.',
};

/** Null when it can be taken back, as far as the operation itself tells. */
export function notUndoable(
  kind: PlanKind,
  changes: RecordedChanges | null,
  undoneBy: string | null,
): NotUndoableReason | null {
  if (kind === 'face_delete' || kind === 'image_delete') return 'erased';
  if (kind === 'change_model') return 'model_change';
  if (kind === 'import') return 'imported';
  if (changes === null) return 'not_recorded';
  if (changes.faces_erased.length > 0) return 'erased';
  if (changes.faces_dismissed.length > 0) return 'embedding_erased';
  if (undoneBy !== null) return 'already_undone';
  return hasEffect(changes) ? null : 'no_effect';
}

/** @throws DomainError operation.not_undoable with `reason`, the faces that can not come back, and `undone_by`. */
export function refuseNotUndoable(
  kind: PlanKind,
  changes: RecordedChanges | null,
  undoneBy: string | null,
): asserts changes is RecordedChanges {
  const reason = notUndoable(kind, changes, undoneBy);
  if (reason === null) return;
  throw new DomainError('operation.not_undoable', DETAILS[reason], {
    extensions: {
      reason,
      face_ids: [...(changes?.faces_erased ?? []), ...(changes?.faces_dismissed ?? [])],
      undone_by: reason === 'already_undone' ? undoneBy : null,
    },
  });
}

/** What redoing an undo would have to do again: a change of model is none of it. @param stored What was recorded of the operation. */
export function kindToUndo(kind: PlanKind, stored: Readonly<Record<string, unknown>>): PlanKind {
  return operationDetails(stored).undoes?.kind === 'change_model' ? 'change_model' : kind;
}
