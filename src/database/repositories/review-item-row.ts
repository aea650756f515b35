// A row of `review_items` as raw queries answer it.
import { Prisma } from '../generated/client.js';
import type { ReviewItemRecord } from '../records.js';

export type ReviewRow = Omit<
  ReviewItemRecord,
  'kind' | 'state' | 'evidence' | 'outcome' | 'skips' | 'notes'
> & {
  kind: string;
  state: string;
  evidence: unknown;
  outcome: unknown;
  skips: unknown;
  notes: unknown;
};

export const toReviewRecord = (row: ReviewRow): ReviewItemRecord => row as ReviewItemRecord;

/** Of the alias r. */
export const reviewColumns = Prisma.sql`r.id, r.number, r.kind, r.state, r.version, r.subject_key AS "subjectKey",
  r.face_id AS "faceId", r.cluster_id AS "clusterId", r.other_cluster_id AS "otherClusterId", r.image_id AS "imageId",
  r.other_image_id AS "otherImageId", r.evidence, r.priority, r.similarity, r.probability, r.outcome,
  r.operation_id AS "operationId", r.created_at AS "createdAt", r.updated_at AS "updatedAt",
  r.resolved_at AS "resolvedAt", r.resolved_by AS "resolvedBy", r.assignee, r.lease_expires_at AS "leaseExpiresAt",
  r.snoozed_until AS "snoozedUntil", r.skips, r.notes`;
