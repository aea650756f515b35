// The first earlier API: its review queue. It knows one kind of question, "does this image belong to this cluster?", so only the two
// kinds that say that are shown; the others are for /v1.
import { Controller, Delete, Get, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../auth/current-principal.js';
import { actorOf, type Principal } from '../../auth/principal.js';
import { Requires } from '../../auth/requires.js';
import { TenantAccess } from '../../auth/tenant-access.js';
import { ReviewDecisions } from '../../clusters/deciding/review-decisions.js';
import { NumberedQueueService } from '../../review-pending/numbered-queue.service.js';
import { EarlierRoute } from '../earlier-route.js';
import { EarlierTexts } from '../earlier-texts.js';
import { Parameters, TakesParameters } from '../parameters.js';
import { presentReview, ReviewAnswer, SUCCESS, SuccessAnswer } from './clusters.answers.js';
import { LIMIT_DEFAULT, ListParameters, ReviewParameters } from './clusters.parameters.js';

const KINDS = ['new_cluster', 'uncertain_assignment'] as const;

@ApiTags('earlier API: clusters')
@UseInterceptors(EarlierTexts)
@Controller()
export class EarlierReviewController {
  constructor(
    private readonly access: TenantAccess,
    private readonly queue: NumberedQueueService,
    private readonly decisions: ReviewDecisions,
  ) {}

  @Get('review-pending-list')
  @Requires('read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants/{tenant_id}/review-pending', ListParameters)
  @ApiOkResponse({ type: [ReviewAnswer] })
  async list(
    @Parameters() { tenant_id, skip, limit = LIMIT_DEFAULT }: ListParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ReviewAnswer[]> {
    await this.access.bind(principal, tenant_id);
    return (await this.queue.list(tenant_id, KINDS, { skip, limit })).map(presentReview);
  }

  @Get('review-pending')
  @Requires('read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants/{tenant_id}/review-pending/{item_id}', ReviewParameters)
  @ApiOkResponse({ type: ReviewAnswer })
  async get(
    @Parameters() { tenant_id, review_id }: ReviewParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ReviewAnswer> {
    await this.access.bind(principal, tenant_id);
    return presentReview(await this.queue.get(tenant_id, review_id, KINDS));
  }

  @Delete('review-pending')
  @Requires('review')
  @TakesParameters()
  @EarlierRoute('DELETE /v1/tenants/{tenant_id}/review-pending/{item_id}', ReviewParameters)
  @ApiOkResponse({ type: SuccessAnswer })
  async dismiss(
    @Parameters() { tenant_id, review_id }: ReviewParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<SuccessAnswer> {
    await this.access.bind(principal, tenant_id);
    const { item } = await this.queue.get(tenant_id, review_id, KINDS);
    await this.decisions.dismiss(tenant_id, item.id, { actor: actorOf(principal), at: new Date() });
    return SUCCESS;
  }
}
