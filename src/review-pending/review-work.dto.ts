// What the routes of claims, sleep and notes take and answer.
import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsISO8601, IsString, Length, ValidateIf } from 'class-validator';
import { ReviewItemResponse } from '../clusters/review-item.response.js';
import { NOTE_LENGTH_MAX } from '../domain/review/work.js';
import { ReviewListQuery } from './review-list.query.js';

/** The filters and the order of the list. */
export class ClaimNextBody extends OmitType(ReviewListQuery, [
  'limit',
  'cursor',
  'state',
  'assignee',
  'snoozed',
] as const) {}

export class ClaimNextResponse {
  @ApiProperty({
    type: ReviewItemResponse,
    nullable: true,
    description: 'null: nothing is left that is open, awake, unclaimed and not skipped by this reviewer.',
  })
  item!: ReviewItemResponse | null;
}

export class SnoozeBody {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it wakes, a year away at most; null wakes it now.',
  })
  @ValidateIf((_, value) => value !== null)
  @IsISO8601({ strict: true })
  until!: string | null;
}

export class NoteBody {
  @ApiProperty({ minLength: 1, maxLength: NOTE_LENGTH_MAX })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @Length(1, NOTE_LENGTH_MAX)
  text!: string;
}
