// What the statistics route takes and answers.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsISO8601, IsOptional } from 'class-validator';
import { REVIEW_KINDS } from '../database/records.js';
import { PROBABILITY_EDGES, rateOf, type Share } from '../domain/review/acceptance.js';
import type { ReviewStatistics } from './review-statistics.service.js';

export class ReviewStatisticsQuery {
  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Count answers given at this time or later; default: of the last ninety days.',
  })
  @IsOptional()
  @IsISO8601({ strict: true })
  since?: string;
}

class OpenByKindResponse {
  @ApiProperty({ enum: REVIEW_KINDS }) kind!: string;
  @ApiProperty({ minimum: 0, description: 'Awake and unclaimed.' }) open!: number;
  @ApiProperty({ minimum: 0 }) claimed!: number;
  @ApiProperty({ minimum: 0 }) snoozed!: number;
}

class ShareResponse {
  @ApiProperty({ minimum: 0, description: "Answers that took the machine's best guess." }) accepted!: number;
  @ApiProperty({ minimum: 0, description: 'Answers that took or refused it.' }) answered!: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: 1,
    description: 'null without an answer.',
  })
  rate!: number | null;
}

class BinResponse extends ShareResponse {
  @ApiProperty({ minimum: 0, maximum: 1, description: 'Lowest probability in the bin.' }) from!: number;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'Where the next bin begins.' }) to!: number;
}

class AcceptanceResponse extends ShareResponse {
  @ApiProperty({ enum: REVIEW_KINDS }) kind!: string;
  @ApiProperty({ type: [BinResponse], description: 'By the probability that the machine gave.' })
  bins!: BinResponse[];
}

export class ReviewStatisticsResponse {
  @ApiProperty({ format: 'date-time' }) as_of!: string;
  @ApiProperty({ type: [OpenByKindResponse] }) open!: OpenByKindResponse[];
  @ApiProperty({ minimum: 0, description: 'Answered by a human since midnight UTC.' })
  resolved_today!: number;
  @ApiProperty({ format: 'date-time', description: 'The answers counted below were given since.' })
  since!: string;
  @ApiProperty({ type: [AcceptanceResponse] }) acceptance!: AcceptanceResponse[];
  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: 1,
    description:
      'The `accept` threshold that these answers advise: above it 99.5 % were accepted. null while fewer than 600 answers say so.',
  })
  advised_accept!: number | null;
}

const presentShare = (share: Share): ShareResponse => ({
  accepted: share.accepted,
  answered: share.answered,
  rate: rateOf(share),
});

export const presentStatistics = (statistics: ReviewStatistics): ReviewStatisticsResponse => ({
  as_of: statistics.asOf.toISOString(),
  open: statistics.open.map(({ kind, open, claimed, snoozed }) => ({ kind, open, claimed, snoozed })),
  resolved_today: statistics.resolvedToday,
  since: statistics.since.toISOString(),
  acceptance: statistics.acceptance.map((share) => ({
    kind: share.kind,
    ...presentShare(share),
    bins: share.bins.map((bin, i) => ({
      from: PROBABILITY_EDGES[i]!,
      to: PROBABILITY_EDGES[i + 1] ?? 1,
      ...presentShare(bin),
    })),
  })),
  advised_accept: statistics.advisedAccept,
});
