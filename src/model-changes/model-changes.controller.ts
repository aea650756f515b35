// /v1/tenants/{tenant_id}/model-changes
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ActedBy, type Actor, TakesReason } from '../auth/acted-by.js';
import { Requires } from '../auth/requires.js';
import { ApiPage, page, type Page, PageQuery } from '../http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { ApiProblem } from '../http/problem.js';
import { Idempotent } from '../idempotency/idempotent.js';
import { ModelChangeBody, ModelChangeResponse, presentModelChange } from './model-changes.dto.js';
import { ModelChangesService } from './model-changes.service.js';

@ApiTags('tenants')
@Controller('v1/tenants/:tenant_id/model-changes')
export class ModelChangesController {
  constructor(private readonly changes: ModelChangesService) {}

  @Post()
  @Requires('admin')
  @Idempotent({ refusals: false })
  @TakesReason()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Move the tenant to another model pack, by a job.',
    description:
      'All photos are looked at with the other models while the tenant goes on being used; faces keep their ids, clusters and names their faces, and what humans said holds. Then the tenant is switched at once, by one operation; what differs beyond doubt moves, the rest is asked. The change can be taken back until `keep_until`.',
  })
  @ApiAcceptedResponse({ type: ModelChangeResponse, description: 'Accepted; Location names it.' })
  @ApiProblem(
    409,
    '`model_change.in_progress`: another one is under way, or can still be taken back; finish it first. `model_change.not_possible`: blocked exemplars of people who opted out would be forgotten. `idempotency.in_progress`.',
  )
  @ApiProblem(
    422,
    '`model_change.pack_unusable`: not installed, without an evidence file, not loadable, or the pack that the tenant has. `idempotency.key_reused`: the key came with another request.',
  )
  async order(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Body() body: ModelChangeBody,
    @ActedBy() by: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ModelChangeResponse> {
    const ordered = { pack: body.pack, dryRun: body.dry_run ?? false };
    const change = await this.changes.order(tenantId, ordered, by);
    response.location(`/v1/tenants/${tenantId}/model-changes/${change.id}`);
    return presentModelChange(change);
  }

  @Get()
  @Requires('admin')
  @ApiOperation({ summary: 'Changes of model, the newest first.' })
  @ApiPage(ModelChangeResponse)
  async list(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: PageQuery,
  ): Promise<Page<ModelChangeResponse>> {
    const { limit, after } = query.idPage();
    const changes = await this.changes.list(tenantId, { limit: limit + 1, after });
    return page(changes, limit, ({ id }) => id, presentModelChange);
  }

  @Get(':model_change_id')
  @Requires('admin')
  @ApiOperation({ summary: 'One change of model: its phase, its job, until when it can be taken back.' })
  @ApiOkResponse({ type: ModelChangeResponse })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('model_change_id', UuidPipe) id: string,
  ): Promise<ModelChangeResponse> {
    return presentModelChange(await this.changes.get(tenantId, id));
  }

  @Post(':model_change_id/finish')
  @Requires('admin')
  @Idempotent({ refusals: false })
  @TakesReason()
  @HttpCode(202)
  @ApiOperation({ summary: 'Erase the former vectors now. The change can not be taken back after this.' })
  @ApiAcceptedResponse({ type: ModelChangeResponse })
  @ApiProblem(
    409,
    '`model_change.not_possible`: it has not settled, or was taken back. `idempotency.in_progress`.',
  )
  @ApiProblem(422, '`idempotency.key_reused`: the key came with another request.')
  async finish(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('model_change_id', UuidPipe) id: string,
    @ActedBy() by: Actor,
  ): Promise<ModelChangeResponse> {
    return presentModelChange(await this.changes.finish(tenantId, id, by));
  }

  @Post(':model_change_id/undo')
  @Requires('admin')
  @Idempotent({ refusals: false })
  @TakesReason()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Take the change back: before the switch it is given up, after it a job goes back.',
    description:
      'Faces that came since the switch get vectors of the former models first. Clusters, faces and names are then as they stood before the switch.',
  })
  @ApiAcceptedResponse({ type: ModelChangeResponse })
  @ApiProblem(
    409,
    '`model_change.not_possible`: the former vectors are erased; `operation.has_dependents`: later decisions stand in the way. `idempotency.in_progress`.',
  )
  @ApiProblem(422, '`idempotency.key_reused`: the key came with another request.')
  async undo(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('model_change_id', UuidPipe) id: string,
    @ActedBy() by: Actor,
  ): Promise<ModelChangeResponse> {
    return presentModelChange(await this.changes.undo(tenantId, id, by));
  }
}
