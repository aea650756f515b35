// What is written of a review item at a time: the question, how it ends, what undo puts back.
import type { ClosedReviewState, JsonObject, ReviewItemRecord } from '../records.js';

/** What is asked; the life cycle starts with it. */
export type ReviewQuestion = Pick<
  ReviewItemRecord,
  | 'id'
  | 'kind'
  | 'subjectKey'
  | 'faceId'
  | 'clusterId'
  | 'otherClusterId'
  | 'imageId'
  | 'otherImageId'
  | 'evidence'
  | 'priority'
  | 'similarity'
  | 'probability'
  | 'createdAt'
>;

/** How an item ends. */
export interface ReviewClosing {
  readonly state: ClosedReviewState;
  readonly outcome: JsonObject | null;
  /** The operation must be inserted first. */
  readonly operationId: string | null;
  readonly resolvedBy: string | null;
  readonly resolvedAt: Date;
}

/** What undo may put back. */
export type ReviewItemImage = Partial<
  Pick<
    ReviewItemRecord,
    | 'state'
    | 'outcome'
    | 'operationId'
    | 'resolvedAt'
    | 'resolvedBy'
    | 'evidence'
    | 'clusterId'
    | 'priority'
    | 'similarity'
    | 'probability'
  >
>;
