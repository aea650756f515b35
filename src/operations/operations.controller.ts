// /v1/tenants/{tenant_id}/operations
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { UndoOperations } from '../clusters/undoing/undo-operations.js';
import { ApiPage, type Page } from '../http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { Idempotent } from '../idempotency/idempotent.js';
import {
  LoggedOperationResponse,
  OperationDetailResponse,
  OperationListQuery,
  presentLogged,
  presentUndo,
  presentView,
  UndoResponse,
} from './operations.dto.js';
import { OperationsService } from './operations.service.js';
import { toldPage } from './told-page.js';

@ApiTags('operations')
@Controller('v1/tenants/:tenant_id/operations')
export class OperationsController {
  constructor(
    private readonly operations: OperationsService,
    private readonly undos: UndoOperations,
  ) {}

  @Get()
  @Requires('read')
  @ApiOperation({ summary: 'What was done, by whom, newest first.' })
  @ApiPage(LoggedOperationResponse)
  async list(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: OperationListQuery,
  ): Promise<Page<LoggedOperationResponse>> {
    return toldPage(await this.operations.list(tenantId, query.operationPage()), query.limit, presentLogged);
  }

  @Get(':operation_id')
  @Requires('read')
  @ApiOperation({ summary: 'One change: what it is about, and whether it can be taken back.' })
  @ApiOkResponse({ type: OperationDetailResponse })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('operation_id', UuidPipe) operationId: string,
  ): Promise<OperationDetailResponse> {
    return presentView(await this.operations.get(tenantId, operationId));
  }

  @Post(':operation_id/undo')
  @Requires('review')
  @Idempotent()
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a change back. The undo of an undo is a redo.' })
  @ApiOkResponse({ type: UndoResponse })
  async undo(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('operation_id', UuidPipe) operationId: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<UndoResponse> {
    return presentUndo(await this.undos.undo(tenantId, operationId, actorOf(principal)));
  }
}
