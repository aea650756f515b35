// POST /v1/tenants/{tenant_id}/consolidate
import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import type { Response } from 'express';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { TenantIdPipe } from '../http/params.js';
import { ApiProblem } from '../http/problem.js';
import { Idempotent } from '../idempotency/idempotent.js';
import { JobResponse, presentJob } from '../jobs/job.response.js';
import { ConsolidationJobs } from './consolidation-jobs.js';

export class ConsolidateBody {
  @ApiPropertyOptional({
    default: false,
    description: 'Change nothing: the job’s result says what would be moved, merged, split and asked.',
  })
  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;
}

@ApiTags('clusters')
@Controller('v1/tenants/:tenant_id')
export class ConsolidationController {
  constructor(private readonly jobs: ConsolidationJobs) {}

  @Post('consolidate')
  @Requires('review')
  @Idempotent({ refusals: false })
  @HttpCode(202)
  @ApiOperation({
    summary: 'Group all faces anew: by the faces, the calibration and what humans said, whatever came first.',
    description:
      'What humans hold stays: locked faces, and clusters that are named, confirmed or hidden. The whole change is one operation that can be undone. While such a job waits it is answered instead of a second one. A tenant of more than 20,000 faces is grouped where it has changed since the last time, in parts with an operation each (`operations`); parts of more than 10,000 faces are named in `left_alone` and stay as they are.',
  })
  @ApiAcceptedResponse({ type: JobResponse, description: 'Accepted; Location names the job.' })
  @ApiProblem(
    409,
    '`consolidation.unavailable`: the model pack has no evidence file; `idempotency.in_progress`.',
  )
  @ApiProblem(422, '`idempotency.key_reused`: the key came with another request.')
  async consolidate(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Body() body: ConsolidateBody,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobResponse> {
    const job = await this.jobs.order(tenantId, {
      dryRun: body.dry_run ?? false,
      actor: actorOf(principal),
    });
    response.location(`/v1/jobs/${job.id}`);
    return presentJob(job);
  }
}
