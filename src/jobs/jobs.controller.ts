// /v1/jobs
import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { UuidPipe } from '../http/params.js';
import { BackgroundJobs } from './background-jobs.js';
import { JobResponse, presentJob } from './job.response.js';

/** The tenant whose jobs the caller may see; undefined: every tenant's. */
const tenantOf = (principal: Principal): string | undefined =>
  principal.kind === 'key' ? principal.tenantId : undefined;

@ApiTags('jobs')
@Controller('v1/jobs')
export class JobsController {
  constructor(private readonly jobs: BackgroundJobs) {}

  @Get(':job_id')
  @Requires('read')
  @ApiOperation({ summary: 'How far a background job is, and how it ended.' })
  @ApiOkResponse({ type: JobResponse })
  async get(
    @Param('job_id', UuidPipe) jobId: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<JobResponse> {
    return presentJob(await this.jobs.get(jobId, tenantOf(principal)));
  }

  @Delete(':job_id')
  @Requires('ingest')
  @ApiOperation({ summary: 'Cancel a job that nobody has begun.' })
  @ApiOkResponse({ type: JobResponse })
  async cancel(
    @Param('job_id', UuidPipe) jobId: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<JobResponse> {
    return presentJob(await this.jobs.cancel(jobId, tenantOf(principal)));
  }
}
