// /v1/tenants/{tenant_id}/review-pending/stats
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../auth/requires.js';
import { TenantIdPipe } from '../http/params.js';
import {
  presentStatistics,
  ReviewStatisticsQuery,
  ReviewStatisticsResponse,
} from './review-statistics.dto.js';
import { ReviewStatisticsService } from './review-statistics.service.js';

@ApiTags('review-pending')
@Controller('v1/tenants/:tenant_id/review-pending')
export class ReviewStatisticsController {
  constructor(private readonly statistics: ReviewStatisticsService) {}

  @Get('stats')
  @Requires('read')
  @ApiOperation({ summary: 'What waits, what was answered, and how often people agree with the machine.' })
  @ApiOkResponse({ type: ReviewStatisticsResponse })
  async stats(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() { since }: ReviewStatisticsQuery,
  ): Promise<ReviewStatisticsResponse> {
    const from = since === undefined ? undefined : new Date(since);
    return presentStatistics(await this.statistics.gather(tenantId, new Date(), from));
  }
}
