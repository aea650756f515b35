// /v1/tenants/{tenant_id}/review-pending
import {
  applyDecorators,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { ReviewDecisions } from '../clusters/deciding/review-decisions.js';
import {
  presentReviewItem,
  ReviewItemChangedProblem,
  ReviewItemClosedProblem,
  ReviewItemResponse,
} from '../clusters/review-item.response.js';
import { reviewKey } from '../database/repositories/review-item-order.js';
import { ApiIfMatch, ETAG_HEADER, etagOf, IfMatch, type ExpectedVersions } from '../http/conditional.js';
import { ApiPage, page, type Page } from '../http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { ApiProblem } from '../http/problem.js';
import { Idempotent } from '../idempotency/idempotent.js';
import { DecisionBody, DecisionResponse, presentReport } from './decision.dto.js';
import { reviewCursor, reviewFilters, ReviewListQuery } from './review-list.query.js';
import { ReviewQueueService } from './review-queue.service.js';

/** What both ways to answer a question share. */
const ApiAnswer = (): MethodDecorator =>
  applyDecorators(
    ApiIfMatch(),
    ApiOkResponse({ type: DecisionResponse }),
    ApiProblem(
      409,
      '`review_item.closed` with the outcome; `review_item.claimed` by another reviewer; `constraint.conflict`, `cluster.labels_differ`, `cluster.merged`; with a key `idempotency.in_progress`.',
      ReviewItemClosedProblem,
    ),
    ApiProblem(
      412,
      '`review_item.changed`: not the version of If-Match; `item` is the new one.',
      ReviewItemChangedProblem,
    ),
    ApiProblem(
      422,
      '`review_item.decision_invalid`: `errors` points at each member. With a key `idempotency.key_reused`.',
    ),
  );

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
    @CurrentPrincipal() principal: Principal,
  ): Promise<Page<ReviewItemResponse>> {
    const sort = query.sort ?? 'impact';
    const { limit, after } = query.reviewPage();
    const now = new Date();
    const items = await this.queue.list(tenantId, {
      limit: limit + 1,
      after,
      sort,
      ...reviewFilters(query),
      states: query.state,
      assignee: query.assignee === 'me' ? actorOf(principal) : query.assignee,
      snoozed: query.snoozed,
      now,
    });
    return page(
      items,
      limit,
      (item) => reviewCursor(reviewKey(sort, item)),
      (item) => presentReviewItem(item, now),
    );
  }

  @Get(':item_id')
  @Requires('read')
  @ApiOperation({ summary: 'A question with its evidence, and its outcome once it has one.' })
  @ApiOkResponse({ type: ReviewItemResponse, headers: ETAG_HEADER })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReviewItemResponse> {
    const item = await this.queue.get(tenantId, itemId);
    response.setHeader('ETag', etagOf(item.version));
    return presentReviewItem(item, new Date());
  }

  @Post(':item_id/decision')
  @Requires('review')
  @Idempotent({ refusals: false })
  @HttpCode(200)
  @ApiOperation({ summary: 'Answer a question. What a human decided is never undone by the machine.' })
  @ApiBody({ type: DecisionBody })
  @ApiAnswer()
  async decide(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    // Plain, not a DTO: which members a decision takes depends on the kind of the item, and the domain names every fault.
    @Body() body: object,
    @IfMatch() expected: ExpectedVersions,
    @CurrentPrincipal() principal: Principal,
  ): Promise<DecisionResponse> {
    const answering = { actor: actorOf(principal), at: new Date(), expected };
    return presentReport(await this.decisions.decide(tenantId, itemId, body, answering));
  }

  @Delete(':item_id')
  @Requires('review')
  @ApiOperation({ summary: 'Close a question without an answer.' })
  @ApiAnswer()
  async dismiss(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    @IfMatch() expected: ExpectedVersions,
    @CurrentPrincipal() principal: Principal,
  ): Promise<DecisionResponse> {
    const answering = { actor: actorOf(principal), at: new Date(), expected };
    return presentReport(await this.decisions.dismiss(tenantId, itemId, answering));
  }
}
