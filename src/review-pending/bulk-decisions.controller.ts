// /v1/tenants/{tenant_id}/review-pending/decisions: many answers in one call, each for itself.
import { Body, Controller, HttpCode, Logger, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { ReviewDecisions } from '../clusters/deciding/review-decisions.js';
import { TenantIdPipe } from '../http/params.js';
import { PROBLEM_KINDS, problemOf } from '../http/problem.js';
import { requestIdOf } from '../http/request-id.js';
import { translateException } from '../http/translate-exception.js';
import { Idempotent } from '../idempotency/idempotent.js';
import {
  type BulkDecision,
  BulkDecisionResult,
  BulkDecisionsBody,
  BulkDecisionsResponse,
  parseBulk,
} from './bulk-decisions.dto.js';
import { presentReport } from './decision.dto.js';

@ApiTags('review-pending')
@Controller('v1/tenants/:tenant_id/review-pending')
export class BulkDecisionsController {
  private readonly logger = new Logger(BulkDecisionsController.name);

  constructor(private readonly decisions: ReviewDecisions) {}

  @Post('decisions')
  @Requires('review')
  @HttpCode(200)
  @Idempotent()
  @ApiOperation({
    summary:
      'Answer up to a hundred questions. Each is taken or refused for itself, in order: look at every `status`.',
  })
  @ApiBody({ type: BulkDecisionsBody })
  @ApiOkResponse({ type: BulkDecisionsResponse })
  async decideMany(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    // Plain, as the body of one decision is.
    @Body() body: object,
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
  ): Promise<BulkDecisionsResponse> {
    const results: BulkDecisionResult[] = [];
    for (const decision of parseBulk(body as Record<string, unknown>)) {
      results.push(await this.decideOne(tenantId, decision, actorOf(principal), requestIdOf(request)));
    }
    const decided = results.filter(({ status }) => status === 200).length;
    return { decided, failed: results.length - decided, results };
  }

  private async decideOne(
    tenantId: string,
    { itemId, expected, body }: BulkDecision,
    actor: string,
    requestId: string,
  ): Promise<BulkDecisionResult> {
    try {
      const report = await this.decisions.decide(tenantId, itemId, body, { actor, at: new Date(), expected });
      return { item_id: itemId, status: 200, ...presentReport(report) };
    } catch (thrown) {
      const error = translateException(thrown);
      if (error.code === 'internal') this.logger.error(error.cause instanceof Error ? error.cause : error);
      const { status } = PROBLEM_KINDS[error.code];
      return { item_id: itemId, status, problem: problemOf(error, requestId) };
    }
  }
}
