// A review item as the API tells it.
import { ApiProperty } from '@nestjs/swagger';
import { REVIEW_KINDS, REVIEW_STATES, type ReviewItemRecord } from '../database/records.js';
import { claimAt, NOTE_LENGTH_MAX, snoozeAt } from '../domain/review/work.js';
import { Problem } from '../http/problem.js';

class SubjectResponse {
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) face_id!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) cluster_id!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The second of a pair.' })
  other_cluster_id!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) image_id!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The second of a pair.' })
  other_image_id!: string | null;
}

export class ReviewNoteResponse {
  @ApiProperty({ description: 'The actor: `key:<id>` or `admin`.' }) author!: string;
  @ApiProperty({ maxLength: NOTE_LENGTH_MAX }) text!: string;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
}

export class ReviewItemResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({
    minimum: 1,
    description: 'Counted within the tenant, never given twice; `id` of the drop-in routes.',
  })
  number!: number;
  @ApiProperty({ enum: REVIEW_KINDS }) kind!: string;
  @ApiProperty({ enum: REVIEW_STATES }) state!: string;
  @ApiProperty({
    minimum: 1,
    description: 'Grows when the evidence or the state changes; claims, sleep and notes do not count.',
  })
  version!: number;
  @ApiProperty({ type: SubjectResponse }) subject!: SubjectResponse;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'new_cluster: face_ids shown, face_count, nearest clusters. uncertain_assignment: face_id, own_cluster_id, ranked candidates with similarity, probability and example face_ids, the rule and thresholds that made it a question. The other kinds: see docs/review-queue.md.',
  })
  evidence!: Record<string, unknown>;
  @ApiProperty({ description: 'Higher is worth more to answer.' }) priority!: number;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) outcome!: Record<
    string,
    unknown
  > | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'What closed it.' })
  operation_id!: string | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ format: 'date-time' }) updated_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) resolved_at!: string | null;
  @ApiProperty({ type: String, nullable: true }) resolved_by!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Who has claimed it.' }) assignee!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When the claim ends.' })
  lease_expires_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it wakes.' })
  snoozed_until!: string | null;
  @ApiProperty({ type: [ReviewNoteResponse], description: 'What people wrote on it, oldest first.' })
  notes!: ReviewNoteResponse[];
}

/** 409 review_item.closed */
export class ReviewItemClosedProblem extends Problem {
  @ApiProperty({ enum: REVIEW_STATES }) state!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) outcome!: Record<
    string,
    unknown
  > | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) operation_id!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) resolved_at!: string | null;
  @ApiProperty({ type: String, nullable: true }) resolved_by!: string | null;
}

/** 409 review_item.claimed */
export class ReviewItemClaimedProblem extends Problem {
  @ApiProperty({ description: 'Who has claimed it.' }) assignee!: string;
  @ApiProperty({ format: 'date-time' }) lease_expires_at!: string;
}

/** 412 review_item.changed */
export class ReviewItemChangedProblem extends Problem {
  @ApiProperty({ type: ReviewItemResponse, description: 'The item as it is now.' }) item!: ReviewItemResponse;
}

/** @param now The time that a claim and a sleep are measured against. */
export function presentReviewItem(item: ReviewItemRecord, now: Date): ReviewItemResponse {
  const claim = claimAt(item, now);
  return {
    id: item.id,
    number: item.number,
    kind: item.kind,
    state: claim === null ? item.state : 'claimed',
    version: item.version,
    subject: {
      face_id: item.faceId,
      cluster_id: item.clusterId,
      other_cluster_id: item.otherClusterId,
      image_id: item.imageId,
      other_image_id: item.otherImageId,
    },
    evidence: item.evidence,
    priority: item.priority,
    outcome: item.outcome,
    operation_id: item.operationId,
    created_at: item.createdAt.toISOString(),
    updated_at: item.updatedAt.toISOString(),
    resolved_at: item.resolvedAt?.toISOString() ?? null,
    resolved_by: item.resolvedBy,
    assignee: claim?.assignee ?? null,
    lease_expires_at: claim?.leaseExpiresAt.toISOString() ?? null,
    snoozed_until: snoozeAt(item, now)?.toISOString() ?? null,
    notes: item.notes.map(({ author, text, created_at }) => ({ author, text, created_at })),
  };
}
