// What review routes take and answer.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsISO8601, IsNumber, IsOptional, IsUUID, Max, Min, IsBoolean } from 'class-validator';
import { OperationResponse } from '../clusters/operation.response.js';
import {
  REVIEW_KINDS,
  REVIEW_STATES,
  type ReviewItemRecord,
  type ReviewKind,
  type ReviewState,
} from '../database/records.js';
import { REVIEW_SORTS, type ReviewKey, type ReviewSort } from '../database/review-item-order.js';
import { isUuid } from '../http/params.js';
import { PageQuery, type CursorKey } from '../http/pagination.js';

const toList = ({ value }: { value: unknown }): unknown =>
  value === undefined || Array.isArray(value) ? value : [value];

export class ReviewListQuery extends PageQuery {
  @ApiPropertyOptional({ enum: REVIEW_KINDS, isArray: true })
  @IsOptional()
  @Transform(toList)
  @IsIn(REVIEW_KINDS, { each: true })
  kind?: ReviewKind[];

  @ApiPropertyOptional({ enum: REVIEW_STATES, isArray: true, description: 'Default: open and claimed.' })
  @IsOptional()
  @Transform(toList)
  @IsIn(REVIEW_STATES, { each: true })
  state?: ReviewState[];

  @ApiPropertyOptional({ format: 'uuid', description: 'Items about this cluster, or about a face in it.' })
  @IsOptional()
  @IsUUID('all')
  cluster_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Items about a face of this image.' })
  @IsOptional()
  @IsUUID('all')
  image_id?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Items whose cluster has (true) or has not (false) a label.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  labelled?: boolean;

  @ApiPropertyOptional({ minimum: 0, maximum: 1 })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(1)
  probability_min?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1 })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(1)
  probability_max?: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only items raised at this time or later.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  since?: string;

  @ApiPropertyOptional({ enum: REVIEW_SORTS, default: 'impact' })
  @IsOptional()
  @IsIn(REVIEW_SORTS)
  sort?: ReviewSort;

  /** A page in the order asked for; its key is a review item's sort value and id. */
  reviewPage(): { limit: number; after?: ReviewKey } {
    return this.keyPage(parseReviewKey);
  }
}

export const reviewCursor = ({ value, id }: ReviewKey): CursorKey => [value, id];

function parseReviewKey(key: unknown): ReviewKey | undefined {
  const [value, id] = Array.isArray(key) ? (key as unknown[]) : [];
  return isUuid(id) && (value === null || typeof value === 'number') ? { value, id } : undefined;
}

/** For the API document; the body is read by the domain, which knows what each kind takes. */
export class DecisionBody {
  @ApiProperty({
    enum: ['confirm', 'assign_to', 'ignore', 'accept', 'reject', 'new_cluster', 'not_a_face', 'dismiss'],
    description:
      'new_cluster items: confirm, assign_to, ignore, not_a_face, dismiss. uncertain_assignment items: accept, reject, new_cluster, not_a_face, dismiss.',
  })
  decision!: string;
  @ApiPropertyOptional({ description: 'confirm, new_cluster: the name of the person.' }) label?: string;
  @ApiPropertyOptional({ description: 'confirm, new_cluster: id of the person in your system.' })
  external_ref?: string;
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'assign_to, and accept when it is not the best candidate.',
  })
  cluster_id?: string;
  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    description: 'reject: the candidates it is not; default all shown.',
  })
  cluster_ids?: string[];
  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    description: 'not_a_face: which of the shown faces.',
  })
  face_ids?: string[];
  @ApiPropertyOptional({ description: 'assign_to: the labels differ, keep that of the target.' })
  keep_label?: boolean;
  @ApiPropertyOptional({ description: 'Set earlier human decisions that stand in the way aside.' })
  override?: boolean;
}

class SubjectResponse {
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) face_id!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) cluster_id!: string | null;
}

export class ReviewItemResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: REVIEW_KINDS }) kind!: string;
  @ApiProperty({ enum: REVIEW_STATES }) state!: string;
  @ApiProperty({ minimum: 1, description: 'Grows when the evidence changes.' }) version!: number;
  @ApiProperty({ type: SubjectResponse }) subject!: SubjectResponse;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'new_cluster: face_ids shown, face_count, nearest clusters. uncertain_assignment: face_id, own_cluster_id, ranked candidates with similarity, probability and example face_ids, the rule and thresholds that made it a question.',
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
}

export class DecisionResponse {
  @ApiProperty({ type: ReviewItemResponse }) item!: ReviewItemResponse;
  @ApiProperty({ type: OperationResponse }) operation!: OperationResponse;
}

export function presentReviewItem(item: ReviewItemRecord): ReviewItemResponse {
  return {
    id: item.id,
    kind: item.kind,
    state: item.state,
    version: item.version,
    subject: { face_id: item.faceId, cluster_id: item.clusterId },
    evidence: item.evidence,
    priority: item.priority,
    outcome: item.outcome,
    operation_id: item.operationId,
    created_at: item.createdAt.toISOString(),
    updated_at: item.updatedAt.toISOString(),
    resolved_at: item.resolvedAt?.toISOString() ?? null,
    resolved_by: item.resolvedBy,
  };
}
