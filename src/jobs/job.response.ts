// A background job as the API tells it.
import { ApiProperty } from '@nestjs/swagger';
import type { JobRecord } from '../database/records.js';
import { JOB_KINDS } from '../queue/job-queue.js';

/** Of those that no queue knows: whoever does them finds them in a table of his own. */
const OTHER_KINDS = ['change_model', 'undo_model_change'] as const;

export class JobResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: [...JOB_KINDS, ...OTHER_KINDS] }) kind!: string;
  @ApiProperty({ enum: ['queued', 'running', 'succeeded', 'failed', 'cancelled'] }) state!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) progress!: Record<string, unknown>;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Given when succeeded.',
  })
  result!: Record<string, unknown> | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: '`code` and `detail`, when failed.',
  })
  problem!: Record<string, unknown> | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) started_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at!: string | null;
}

export function presentJob(job: JobRecord): JobResponse {
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    progress: job.progress,
    result: job.result,
    problem: job.problem,
    created_at: job.createdAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    finished_at: job.finishedAt?.toISOString() ?? null,
  };
}
