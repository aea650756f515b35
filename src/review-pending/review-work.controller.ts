// /v1/tenants/{tenant_id}/review-pending: who works on what.
import { applyDecorators, Body, Controller, Delete, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import {
  presentReviewItem,
  ReviewItemClaimedProblem,
  ReviewItemResponse,
} from '../clusters/review-item.response.js';
import type { ReviewItemRecord } from '../database/records.js';
import { ETAG_HEADER, etagOf } from '../http/conditional.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { ApiProblem } from '../http/problem.js';
import { Idempotent } from '../idempotency/idempotent.js';
import { reviewFilters } from './review-list.query.js';
import { ClaimNextBody, ClaimNextResponse, NoteBody, SnoozeBody } from './review-work.dto.js';
import { ReviewWorkService, type Work } from './review-work.service.js';

const ApiWork = (summary: string): MethodDecorator =>
  applyDecorators(
    HttpCode(200),
    ApiOperation({ summary }),
    ApiOkResponse({ type: ReviewItemResponse, headers: ETAG_HEADER }),
    ApiProblem(
      409,
      '`review_item.claimed` by another reviewer, with `Retry-After`; `review_item.closed`, `review_item.notes_full`; with a key `idempotency.in_progress`.',
      ReviewItemClaimedProblem,
    ),
  );

@ApiTags('review-pending')
@Controller('v1/tenants/:tenant_id/review-pending')
@Requires('review')
export class ReviewWorkController {
  constructor(private readonly work: ReviewWorkService) {}

  @Post('claim')
  @Idempotent()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take the next open question for ten minutes; no two reviewers get the same.',
  })
  @ApiOkResponse({ type: ClaimNextResponse })
  async claimNext(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Body() body: ClaimNextBody,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ClaimNextResponse> {
    const now = new Date();
    const item = await this.work.claimNext(
      { tenantId, actor: actorOf(principal), now },
      body.sort ?? 'impact',
      reviewFilters(body),
    );
    return { item: item && presentReviewItem(item, now) };
  }

  @Post(':item_id/claim')
  @ApiWork('Take this question for ten minutes, or for ten minutes more.')
  @Idempotent({ refusals: false })
  claim(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReviewItemResponse> {
    return this.answer(tenantId, itemId, principal, response, (work) => this.work.claim(work));
  }

  @Delete(':item_id/claim')
  @ApiWork('Give a claim back.')
  release(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReviewItemResponse> {
    return this.answer(tenantId, itemId, principal, response, (work) => this.work.release(work));
  }

  @Post(':item_id/snooze')
  @ApiWork('Hide the question from everybody until a time.')
  @Idempotent({ refusals: false })
  snooze(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    @Body() { until }: SnoozeBody,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReviewItemResponse> {
    const wakes = until === null ? null : new Date(until);
    return this.answer(tenantId, itemId, principal, response, (work) => this.work.snooze(work, wakes));
  }

  @Post(':item_id/skip')
  @ApiWork('Pass on the question: it is not handed to you again before its evidence changes.')
  @Idempotent({ refusals: false })
  skip(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReviewItemResponse> {
    return this.answer(tenantId, itemId, principal, response, (work) => this.work.skip(work));
  }

  @Post(':item_id/notes')
  @ApiWork('Write a note on the question, for people.')
  @Idempotent({ refusals: false })
  note(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('item_id', UuidPipe) itemId: string,
    @Body() { text }: NoteBody,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReviewItemResponse> {
    return this.answer(tenantId, itemId, principal, response, (work) => this.work.note(work, text));
  }

  private async answer(
    tenantId: string,
    itemId: string,
    principal: Principal,
    response: Response,
    act: (work: Work) => Promise<ReviewItemRecord>,
  ): Promise<ReviewItemResponse> {
    const now = new Date();
    const item = await act({ tenantId, itemId, actor: actorOf(principal), now });
    response.setHeader('ETag', etagOf(item.version));
    return presentReviewItem(item, now);
  }
}
