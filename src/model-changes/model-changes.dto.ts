// What routes about changes of model take and answer.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches } from 'class-validator';
import {
  MODEL_CHANGE_OUTCOMES,
  MODEL_CHANGE_PHASES,
  type ModelChangeRecord,
} from '../database/repositories/model-change-records.js';

const PACK_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export class ModelChangeBody {
  @ApiProperty({
    pattern: PACK_ID.source,
    description: 'Id of an installed model pack with an evidence file.',
  })
  @IsString()
  @Matches(PACK_ID)
  pack!: string;

  @ApiPropertyOptional({
    default: false,
    description:
      'All faces are looked at, the job says what would change, and what was made for it is erased.',
  })
  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;
}

export class ModelChangeResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ description: 'The model pack that is left.' }) from!: string;
  @ApiProperty({ description: 'The model pack that is changed to.' }) to!: string;
  @ApiProperty() dry_run!: boolean;
  @ApiProperty({
    enum: MODEL_CHANGE_PHASES,
    description:
      '`settled`: the tenant is in the new space, and the change can be taken back until `keep_until`.',
  })
  phase!: string;
  @ApiProperty({
    enum: MODEL_CHANGE_OUTCOMES,
    type: String,
    nullable: true,
    description: 'How it ended or is about to.',
  })
  outcome!: string | null;
  @ApiProperty({ format: 'uuid', description: 'The job that tells how far it is: GET /v1/jobs/{id}.' })
  job_id!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The operation that switched.' })
  operation_id!: string | null;
  @ApiProperty({ format: 'date-time' }) requested_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) switched_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) keep_until!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at!: string | null;
}

const timeOf = (at: Date | null): string | null => at?.toISOString() ?? null;

export const presentModelChange = (change: ModelChangeRecord): ModelChangeResponse => ({
  id: change.id,
  from: change.fromSpace,
  to: change.toSpace,
  dry_run: change.dryRun,
  phase: change.phase,
  outcome: change.outcome,
  job_id: change.jobId,
  operation_id: change.operationId,
  requested_at: change.requestedAt.toISOString(),
  switched_at: timeOf(change.switchedAt),
  keep_until: timeOf(change.keepUntil),
  finished_at: timeOf(change.finishedAt),
});
