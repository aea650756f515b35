// What the undo planner knows of the present: read inside the transaction that applies its plan.
import type { FaceFacts } from './cluster-facts.js';
import type { Constraint } from './constraints.js';
import type { FaceImage } from './recorded-changes.js';
import type { RecordedOperation } from './undo-dependents.js';

export type UndoneOperation = Pick<RecordedOperation, 'id' | 'kind' | 'changes'>;

export interface FaceNow extends FaceFacts {
  readonly assignedBy: FaceImage['assigned_by'];
  /** -1..1 */
  readonly similarity: number | null;
  /** 0..1 */
  readonly probability: number | null;
}

export interface ClusterNow {
  readonly id: string;
  readonly state: 'pending' | 'confirmed' | 'ignored' | 'merged';
  readonly label: string | null;
  readonly coverFaceId: string | null;
  readonly mergedInto: string | null;
}

export interface ItemNow {
  readonly id: string;
  readonly kind: string;
  readonly subjectKey: string;
  readonly open: boolean;
  /** The operation that closed it. */
  readonly operationId: string | null;
  readonly faceId: string | null;
  readonly clusterId: string | null;
  /** Without evidence: it was cancelled, or somebody whom it was about was erased. */
  readonly emptied: boolean;
}

export interface UndoFacts {
  /** Faces that the operation names and that still exist, and every member of `clusters`. */
  readonly faces: ReadonlyMap<string, FaceNow>;
  /** Clusters that the operation names, those in which its faces are now, and what they were merged into. */
  readonly clusters: ReadonlyMap<string, ClusterNow>;
  /** Clusters that were merged into one that the operation made, by that one. */
  readonly mergedInto: ReadonlyMap<string, readonly string[]>;
  /** Standing constraints that name one of the faces. */
  readonly constraints: readonly Constraint[];
  /** Those that the operation added, retired or reinstated, whether they stand or not. */
  readonly constraintsNamed: ReadonlyMap<string, Constraint & { readonly retired: boolean }>;
  /** Items that the operation names. */
  readonly items: ReadonlyMap<string, ItemNow>;
  /** `<kind> <subject key>` of open items on the same subjects as those. */
  readonly openSubjects: ReadonlySet<string>;
}
