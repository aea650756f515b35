// What load balancers and people ask first: does it run, and can it do its work?
import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../auth/requires.js';
import { HealthService, type Readiness } from './health.service.js';

class RootResponse {
  @ApiProperty() success!: boolean;
  @ApiProperty() message!: string;
  @ApiProperty() version!: string;
}

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'The server works.' })
  @ApiOkResponse({ type: RootResponse })
  root(): RootResponse {
    return { success: true, message: 'Kindred is working', version: this.health.version };
  }

  @Get('health/live')
  @Public()
  @ApiOperation({ summary: 'The process answers.' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @Public()
  @ApiOperation({
    summary: 'Database, migrations and a model self-test that found its face. 503 while one is missing.',
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const readiness = await this.health.ready();
    if (!readiness.ready) response.status(503);
    return readiness;
  }
}
