// A change as data: what a decision will do, before anything is written. One executor (src/clusters/applying/apply-plan.ts) applies
// every plan in one transaction; it also keeps centroids, counts and review items in step with what moved.
import type { ClusterImage, ItemImage } from './recorded-changes.js';
import type { ReviewKind } from '../review/review-item.js';

export type Change =
  | {
      readonly do: 'create_cluster';
      readonly clusterId: string;
      readonly state: 'pending' | 'confirmed';
      readonly label: string | null;
      readonly externalRef: string | null;
    }
  | {
      /** Only the members that are present change. */
      readonly do: 'update_cluster';
      readonly clusterId: string;
      readonly state?: 'pending' | 'confirmed' | 'ignored';
      readonly label?: string | null;
      readonly externalRef?: string | null;
      readonly coverFaceId?: string | null;
    }
  | {
      /** Undo: a cluster that was deleted is there again, under its id. */
      readonly do: 'recreate_cluster';
      readonly clusterId: string;
      readonly image: ClusterImage & { readonly created_at: string };
    }
  | {
      /** Undo: the members that are present are as they were. */
      readonly do: 'restore_cluster';
      readonly clusterId: string;
      readonly image: Partial<ClusterImage>;
    }
  | { readonly do: 'close_as_merged'; readonly clusterId: string; readonly into: string }
  | { readonly do: 'delete_cluster'; readonly clusterId: string }
  | {
      /** Members that are absent stay as they are. */
      readonly do: 'move_face';
      readonly faceId: string;
      /** null: the face belongs to nobody. */
      readonly toClusterId: string | null;
      readonly assignedBy?: 'auto' | 'human' | 'import';
      readonly locked?: boolean;
      /** Cosine similarity (-1..1) and chance (0..1) of the face with its new cluster. */
      readonly similarity?: number | null;
      readonly probability?: number | null;
    }
  | {
      /** The face stays where it is, by a human's word. */
      readonly do: 'lock_face';
      readonly faceId: string;
    }
  | {
      /** No face: the embedding is erased, the box is kept so that it is not found again. */
      readonly do: 'dismiss_face';
      readonly faceId: string;
    }
  | {
      /** The face and everything said about it is deleted; cannot be undone. */
      readonly do: 'erase_face';
      readonly faceId: string;
    }
  | {
      readonly do: 'add_constraint';
      readonly kind: 'must_link' | 'cannot_link' | 'same_image_ok';
      readonly faceA: string;
      readonly faceB: string;
    }
  | { readonly do: 'retire_constraint'; readonly constraintId: string }
  | {
      /** Undo: a retired constraint stands again. */
      readonly do: 'reinstate_constraint';
      readonly constraintId: string;
    }
  | {
      /** Undo: the members that are present are as they were; an item that is open again is looked at like any other. */
      readonly do: 'restore_item';
      readonly itemId: string;
      readonly image: Partial<ItemImage>;
    }
  | {
      /** Undo: a question that the operation had raised is not asked any more. */
      readonly do: 'supersede_item';
      readonly itemId: string;
    }
  | {
      readonly do: 'close_item';
      readonly itemId: string;
      readonly state: 'resolved' | 'dismissed';
      /** What was decided; answered to whoever comes too late. */
      readonly outcome: Readonly<Record<string, unknown>>;
    }
  | {
      /** Opens the question, or brings new evidence to the open one on the same subject. */
      readonly do: 'open_item';
      readonly kind: ReviewKind;
      readonly subjectKey: string;
      readonly faceId: string | null;
      readonly clusterId: string | null;
      /** The second of a pair; the image or images that the question is about. Absent: none. */
      readonly otherClusterId?: string;
      readonly imageId?: string;
      readonly otherImageId?: string;
      readonly evidence: Readonly<Record<string, unknown>>;
      readonly priority: number;
      readonly similarity: number | null;
      readonly probability: number | null;
    };

/** What kind of operation a plan becomes. */
export type PlanKind =
  | 'assign'
  | 'consolidate'
  | 'change_model'
  | 'import_label'
  | 'import'
  | 'cluster_create'
  | 'cluster_update'
  | 'cluster_delete'
  | 'cluster_merge'
  | 'cluster_split'
  | 'face_move'
  | 'face_dismiss'
  | 'face_delete'
  | 'image_delete'
  | 'review_decision'
  | 'undo';

export interface ChangePlan {
  readonly kind: PlanKind;
  /** In the order in which they take effect. */
  readonly changes: readonly Change[];
  /** Absent: changed clusters are asked about where that is worth a question. Undo asks anew about these only. */
  readonly askAnewAbout?: readonly string[];
}
