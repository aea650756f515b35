// /v1/tenants/{tenant_id}/review-pending
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { presentOperation } from '../clusters/operation.response.js';
import { ReviewDecisions, type DecisionReport } from '../clusters/review-decisions.js';
import { reviewKey } from '../database/review-item-order.js';
import { ApiPage, page, type Page } from '../http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import {
  DecisionBody,
  DecisionResponse,
  presentReviewItem,
  reviewCursor,
  ReviewItemResponse,
  ReviewListQuery,
} from './review-items.dto.js';
import { ReviewQueueService } from './review-queue.service.js';

const presentReport = ({ item, operation }: DecisionReport): DecisionResponse => ({
  item: presentReviewItem(item),
  operation: presentOperation(operation),
});

@ApiTags('review-pending')
@Controller('v1/tenants/:tenant_id/review-pending')
export class ReviewPendingController {
  constructor(
    private readonly queue: ReviewQueueService,
    private readonly decisions: ReviewDecisions,
  ) {}

  @Get()
  @Requires('read')
  @ApiOperation({ summary: 'What the machine would like to be told, the most useful answer first.' })
  @ApiPage(ReviewItemResponse)
  async list(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: ReviewListQuery,
  ): Promise<Page<ReviewItemResponse>> {
    const sort = query.sort ?? 'impact';
    const { limit, after } = query.reviewPage();
    const items = await this.queue.list(tenantId, {
      limit: limit + 1,
      after,
      sort,
      kinds: query.kind,
      states: query.state,
      clusterId: query.cluster_id,
      imageId: query.image_id,
      labelled: query.labelled,
      probabilityMin: query.probability_min,
      probabilityMax: query.probability_max,
      since: query.since === undefined ? undefined : new Date(query.since),
    });
    return page(items, limit, (item) => reviewCursor(reviewKey(sort, item)), presentReviewItem);
  }

  @Get(':item_id')
  @Requires('read')
  @ApiOperation({ summary: 'A question with its evidence, and its outcome once it has one.' })
  @ApiOkResponse({ type: ReviewItemResponse })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
  ): Promise<ReviewItemResponse> {
    return presentReviewItem(await this.queue.get(tenantId, itemId));
  }

  @Post(':item_id/decision')
  @Requires('review')
  @HttpCode(200)
  @ApiOperation({ summary: 'Answer a question. What a human decided is never undone by the machine.' })
  @ApiBody({ type: DecisionBody })
  @ApiOkResponse({ type: DecisionResponse })
  async decide(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    // Plain, not a DTO: which members a decision takes depends on the kind of the item, and the domain names every fault.
    @Body() body: object,
    @CurrentPrincipal() principal: Principal,
  ): Promise<DecisionResponse> {
    return presentReport(await this.decisions.decide(tenantId, itemId, body, actorOf(principal)));
  }

  @Delete(':item_id')
  @Requires('review')
  @ApiOperation({ summary: 'Close a question without an answer.' })
  @ApiOkResponse({ type: DecisionResponse })
  async dismiss(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<DecisionResponse> {
    return presentReport(await this.decisions.dismiss(tenantId, itemId, actorOf(principal)));
  }
}
