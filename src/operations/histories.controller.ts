// /v1/tenants/{tenant_id}/faces/{face_id}/history and …/explanation, …/clusters/{cluster_id}/history
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../auth/requires.js';
import { ApiPage, type Page } from '../http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { ExplanationsService } from './explanations.service.js';
import {
  ClusterHistoryEntry,
  ExplanationResponse,
  FaceHistoryEntry,
  presentClusterEntry,
  presentExplanation,
  presentFaceEntry,
} from './history.dto.js';
import { HistoryQuery } from './operations.dto.js';
import { OperationsService } from './operations.service.js';
import { toldPage } from './told-page.js';

@ApiTags('operations')
@Controller('v1/tenants/:tenant_id')
export class HistoriesController {
  constructor(
    private readonly operations: OperationsService,
    private readonly explanations: ExplanationsService,
  ) {}

  @Get('faces/:face_id/history')
  @Requires('read')
  @ApiOperation({ summary: 'What happened to a face, newest first; also to one that was erased.' })
  @ApiPage(FaceHistoryEntry)
  async ofFace(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('face_id', UuidPipe) faceId: string,
    @Query() query: HistoryQuery,
  ): Promise<Page<FaceHistoryEntry>> {
    const told = await this.operations.ofFace(tenantId, faceId, query.operationPage());
    return toldPage(told, query.limit, (operation, nameOf) => presentFaceEntry(operation, faceId, nameOf));
  }

  @Get('faces/:face_id/explanation')
  @Requires('read')
  @ApiOperation({ summary: 'Why a face is where it is.' })
  @ApiOkResponse({ type: ExplanationResponse })
  async explain(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('face_id', UuidPipe) faceId: string,
  ): Promise<ExplanationResponse> {
    return presentExplanation(await this.explanations.explain(tenantId, faceId));
  }

  @Get('clusters/:cluster_id/history')
  @Requires('read')
  @ApiOperation({ summary: 'What happened to a cluster, newest first; also to one that is gone.' })
  @ApiPage(ClusterHistoryEntry)
  async ofCluster(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Query() query: HistoryQuery,
  ): Promise<Page<ClusterHistoryEntry>> {
    const told = await this.operations.ofCluster(tenantId, clusterId, query.operationPage());
    return toldPage(told, query.limit, (operation, nameOf) =>
      presentClusterEntry(operation, clusterId, nameOf),
    );
  }
}
