// Whose word an operation is. It decides what stands in the way of an undo: people's words do, the machine's do not.
import type { PlanKind } from './change-plan.js';

/** import: a name that a caller sent with a photo, or what another Kindred held. */
export type OperationOrigin = 'automatic' | 'import' | 'human';

const ORIGINS: Readonly<Record<PlanKind, OperationOrigin>> = {
  assign: 'automatic',
  consolidate: 'automatic',
  change_model: 'automatic',
  import_label: 'import',
  import: 'import',
  cluster_create: 'human',
  cluster_update: 'human',
  cluster_delete: 'human',
  cluster_merge: 'human',
  cluster_split: 'human',
  face_move: 'human',
  face_dismiss: 'human',
  face_delete: 'human',
  image_delete: 'human',
  review_decision: 'human',
  undo: 'human',
};

export const OPERATION_KINDS = Object.keys(ORIGINS) as readonly PlanKind[];

/** Kinds that are somebody's word. */
export const SPOKEN_KINDS: readonly PlanKind[] = OPERATION_KINDS.filter(
  (kind) => ORIGINS[kind] !== 'automatic',
);

export const isOperationKind = (kind: string): kind is PlanKind => kind in ORIGINS;

export const originOf = (kind: PlanKind): OperationOrigin => ORIGINS[kind];
