// /v1/tenants
import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { ActedBy, TakesReason, type Actor } from '../auth/acted-by.js';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { AlsoWhileErasing, IsNoUse, Requires } from '../auth/requires.js';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { DryRunQuery } from '../erasure/erasure.dto.js';
import { AcceptedErasureResponse, presentAccepted } from '../erasure/erasure.response.js';
import { ErasuresService } from '../erasure/erasures.service.js';
import { ApiIfMatch, ETAG_HEADER, etagOf, type ExpectedVersions, IfMatch } from '../http/conditional.js';
import { ApiPage, page, PageQuery, type Page } from '../http/pagination.js';
import { TenantIdPipe } from '../http/params.js';
import { preferredWait } from '../http/prefer.js';
import { ApiProblem } from '../http/problem.js';
import { presentTrial, SettingsTrialResponse } from './settings-trial.dto.js';
import {
  ErasurePlanResponse,
  NewTenantBody,
  presentInventory,
  presentTenant,
  TenantResponse,
  TenantSettingsBody,
} from './tenants.dto.js';
import { type CountedTenant, TenantsService } from './tenants.service.js';

@ApiTags('tenants')
@IsNoUse()
@Controller('v1/tenants')
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly erasures: ErasuresService,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
  ) {}

  private readonly present = (tenant: CountedTenant): TenantResponse =>
    presentTenant(tenant, this.config.retention, new Date());

  private presentTagged(tenant: CountedTenant, response: Response): TenantResponse {
    response.setHeader('ETag', etagOf(tenant.version));
    return this.present(tenant);
  }

  @Post()
  @Requires('admin')
  @TakesReason()
  @ApiOperation({ summary: 'Create a tenant: a gallery of its own.' })
  @ApiCreatedResponse({ type: TenantResponse })
  async create(
    @Body() body: NewTenantBody,
    @ActedBy() by: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TenantResponse> {
    response.location(`/v1/tenants/${body.id}`);
    return this.present(await this.tenants.create(body.id, body.settings ?? {}, by));
  }

  @Get()
  @Requires('admin')
  @ApiOperation({ summary: 'List tenants with the counts of what they hold.' })
  @ApiPage(TenantResponse)
  async list(@Query() query: PageQuery): Promise<Page<TenantResponse>> {
    const { limit, after } = query.keyPage();
    return page(await this.tenants.list({ limit: limit + 1, after }), limit, ({ id }) => id, this.present);
  }

  @Get(':tenant_id')
  @Requires('read')
  @ApiOperation({ summary: 'A tenant with its settings and counts.' })
  @ApiOkResponse({ type: TenantResponse, headers: ETAG_HEADER })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TenantResponse> {
    return this.presentTagged(await this.tenants.get(tenantId), response);
  }

  @Patch(':tenant_id')
  @Requires('admin')
  @TakesReason()
  @ApiOperation({ summary: 'Change the settings of a tenant; they apply from the next photo on.' })
  @ApiIfMatch()
  @ApiOkResponse({ type: TenantResponse, headers: ETAG_HEADER })
  @ApiProblem(412, '`tenant.changed`: not the version of If-Match.')
  async patch(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Body() body: TenantSettingsBody,
    @IfMatch() expected: ExpectedVersions,
    @CurrentPrincipal() principal: Principal,
    @ActedBy() by: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TenantResponse> {
    const actor = { ...by, byOperator: principal.kind === 'admin' };
    const changed = await this.tenants.changeSettings(tenantId, body.settings, actor, expected);
    return this.presentTagged(changed, response);
  }

  @Post(':tenant_id/evaluate-settings')
  @Requires('review')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Say what settings would do before they are made.',
    description:
      'Decides anew about the faces that are there, from the figures that were written down when they came. Nothing is changed.',
  })
  @ApiOkResponse({ type: SettingsTrialResponse })
  async trySettings(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Body() body: TenantSettingsBody,
  ): Promise<SettingsTrialResponse> {
    return presentTrial(await this.tenants.trySettings(tenantId, body.settings));
  }

  @Delete(':tenant_id')
  @Requires('erase', 'admin')
  @TakesReason()
  @AlsoWhileErasing()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Erase a tenant with everything that it holds; with dry_run, only say what that is.',
    description:
      'From the answer on nothing is written for the tenant and its keys open nothing. Location names the erasure: ask it until its phase is `done`. Asked again meanwhile, the same erasure is answered.',
  })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: '`wait=30`: answer when it is done, or after so many seconds (60 at most).',
  })
  @ApiExtraModels(AcceptedErasureResponse, ErasurePlanResponse)
  @ApiOkResponse({
    description: 'Done while you waited; with dry_run, what would be erased.',
    schema: {
      oneOf: [AcceptedErasureResponse, ErasurePlanResponse].map((model) => ({ $ref: getSchemaPath(model) })),
    },
  })
  @ApiAcceptedResponse({ type: AcceptedErasureResponse, description: 'It goes on.' })
  async erase(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: DryRunQuery,
    @Headers('prefer') prefer: string | undefined,
    @ActedBy() by: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedErasureResponse | ErasurePlanResponse> {
    if (query.dry_run === true) {
      const { rows, blobs, legalHold } = await this.tenants.inventory(tenantId);
      response.status(200);
      return {
        tenant_id: tenantId,
        dry_run: true,
        legal_hold: legalHold,
        inventory: presentInventory(rows, blobs),
      };
    }
    const accepted = await this.erasures.acceptTenant(tenantId, by);
    const erasure = await this.erasures.waitFor(accepted.id, preferredWait(prefer) * 1000);
    response.status(erasure.phase === 'done' ? 200 : 202).location(`/v1/erasures/${erasure.id}`);
    return presentAccepted(erasure, accepted.salt);
  }
}
