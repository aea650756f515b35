// The query of the review queue: filters, order and page.
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  IsIn,
  IsISO8601,
  IsNumber,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Max,
  Min,
  IsBoolean,
} from 'class-validator';
import { REVIEW_KINDS, REVIEW_STATES, type ReviewKind, type ReviewState } from '../database/records.js';
import { REVIEW_SORTS, type ReviewKey, type ReviewSort } from '../database/repositories/review-item-order.js';
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

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Items about this cluster, alone or in a pair, or about a face in it.',
  })
  @IsOptional()
  @IsUUID('all')
  cluster_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Items about this image, or about a face of it.' })
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

  @ApiPropertyOptional({
    description: 'Items that this reviewer has claimed: an actor such as `key:<id>`, or `me`.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  assignee?: string;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'true: the items that sleep. false: those that do not.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  snoozed?: boolean;

  @ApiPropertyOptional({
    enum: REVIEW_SORTS,
    default: 'impact',
    description:
      'impact: faces that an answer places times doubt, twice that for a confirmed person, and one more for each ten days of waiting. size: most faces first.',
  })
  @IsOptional()
  @IsIn(REVIEW_SORTS)
  sort?: ReviewSort;

  /** A page in the order asked for; its key is a review item's sort value and id. */
  reviewPage(): { limit: number; after?: ReviewKey } {
    return this.keyPage(parseReviewKey);
  }
}

export const reviewCursor = ({ value, raisedAt, id }: ReviewKey): CursorKey => [value, raisedAt, id];

function parseReviewKey(key: unknown): ReviewKey | undefined {
  const [value, raisedAt, id] = Array.isArray(key) ? (key as unknown[]) : [];
  const isTime = (ms: unknown): ms is number =>
    typeof ms === 'number' && !Number.isNaN(new Date(ms).getTime());
  const fits = (value === null || typeof value === 'number') && (raisedAt === null || isTime(raisedAt));
  return isUuid(id) && fits ? { value, raisedAt, id } : undefined;
}

/** The filters as the database takes them. */
export const reviewFilters = (query: Partial<ReviewListQuery>) => ({
  kinds: query.kind,
  clusterId: query.cluster_id,
  imageId: query.image_id,
  labelled: query.labelled,
  probabilityMin: query.probability_min,
  probabilityMax: query.probability_max,
  since: query.since === undefined ? undefined : new Date(query.since),
});
