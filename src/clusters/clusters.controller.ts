// /v1/tenants/{tenant_id}/clusters
import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { ApiErasesWithinRequest, tellDryRun, tellErased } from '../erasure/erased-within-request.js';
import type { DryRunResponse } from '../erasure/erasure.dto.js';
import type { AcceptedErasureResponse } from '../erasure/erasure.response.js';
import { ErasuresService } from '../erasure/erasures.service.js';
import { ApiIfMatch, ETAG_HEADER, etagOf, IfMatch, type ExpectedVersions } from '../http/conditional.js';
import { ApiPage, page, type Page } from '../http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { ApiProblem } from '../http/problem.js';
import { requestFault } from '../http/request-fault.js';
import { Idempotent } from '../idempotency/idempotent.js';
import { clusterKey } from '../database/repositories/cluster-order.js';
import { faceCertainty } from '../database/repositories/face-repository.js';
import { ClusterFacesQuery, ClusterListQuery, clusterCursor } from './cluster-lists.query.js';
import { ClusterLists } from './cluster-lists.js';
import { ClusterChangedProblem, ClusterResponse, presentCluster } from './cluster.response.js';
import {
  ClusterChangeResponse,
  ClusterPatchBody,
  DeleteClusterQuery,
  MergeBody,
  NewClusterBody,
  SplitBody,
  SplitResponse,
} from './clusters.dto.js';
import type { ClusterReport } from './cluster-requests.js';
import { ClustersService } from './clusters.service.js';
import { FaceErasure } from './face-erasure.js';
import { FaceResponse, presentFace } from './face.response.js';
import { presentOperation } from './operation.response.js';
import { presentSimilar, SimilarClustersResponse, SimilarQuery } from './similar-clusters.dto.js';
import { SimilarClusters } from './similar-clusters.js';

const presentChange = ({ cluster, operation }: ClusterReport): ClusterChangeResponse => ({
  cluster: presentCluster(cluster),
  operation: presentOperation(operation),
});

@ApiTags('clusters')
@Controller('v1/tenants/:tenant_id/clusters')
export class ClustersController {
  constructor(
    private readonly clusters: ClustersService,
    private readonly lists: ClusterLists,
    private readonly erasure: FaceErasure,
    private readonly erasures: ErasuresService,
    private readonly similarClusters: SimilarClusters,
  ) {}

  @Get()
  @Requires('read')
  @ApiOperation({ summary: 'List clusters, newest first unless asked otherwise.' })
  @ApiPage(ClusterResponse)
  async list(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: ClusterListQuery,
  ): Promise<Page<ClusterResponse>> {
    const { sort } = query;
    const { limit, after } = query.clusterPage();
    const items = await this.lists.clusters(tenantId, {
      limit: limit + 1,
      sort,
      after,
      states: query.state,
      label: query.label,
      labelPrefix: query.label_prefix,
      externalRef: query.external_ref,
      labelled: query.labelled,
    });
    return page(items, limit, (cluster) => clusterCursor(clusterKey(sort, cluster), sort), presentCluster);
  }

  @Post()
  @Requires('review')
  @Idempotent()
  @ApiOperation({ summary: 'Make a person that the machine did not find; confirmed from the start.' })
  @ApiCreatedResponse({ type: ClusterChangeResponse })
  async create(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Body() body: NewClusterBody,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ClusterChangeResponse> {
    const request = {
      label: body.label,
      externalRef: body.external_ref,
      faceIds: body.face_ids,
      override: body.override,
    };
    const report = await this.clusters.create(tenantId, request, actorOf(principal));
    response.location(`/v1/tenants/${tenantId}/clusters/${report.cluster.id}`);
    return presentChange(report);
  }

  @Get(':cluster_id')
  @Requires('read')
  @ApiOperation({ summary: 'A cluster; one that was merged says into which.' })
  @ApiOkResponse({ type: ClusterResponse, headers: ETAG_HEADER })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ClusterResponse> {
    const cluster = await this.clusters.get(tenantId, clusterId);
    response.setHeader('ETag', etagOf(cluster.version));
    return presentCluster(cluster);
  }

  @Patch(':cluster_id')
  @Requires('review')
  @ApiOperation({ summary: 'Name, hide or link a person. Naming a pending cluster confirms it.' })
  @ApiIfMatch()
  @ApiOkResponse({ type: ClusterChangeResponse })
  @ApiProblem(412, '`cluster.changed`: not the version of If-Match.', ClusterChangedProblem)
  async patch(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Body() body: ClusterPatchBody,
    @IfMatch() expected: ExpectedVersions,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ClusterChangeResponse> {
    const patch = {
      label: body.label,
      externalRef: body.external_ref,
      coverFaceId: body.cover_face_id,
      consentRef: body.consent_ref,
      state: body.state,
    };
    return presentChange(
      await this.clusters.update(tenantId, clusterId, patch, actorOf(principal), expected),
    );
  }

  @Delete(':cluster_id')
  @Requires('erase')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take a grouping back, or erase a person with all their faces.',
    description: '`dry_run` goes with `faces=erase`.',
  })
  @ApiErasesWithinRequest()
  async delete(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Query() query: DeleteClusterQuery,
    @Headers('prefer') prefer: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedErasureResponse | DryRunResponse | undefined> {
    if (query.faces !== 'erase') {
      if (query.dry_run === true) throw requestFault('#/query/dry_run', 'goes with faces=erase', 'one_of');
      await this.clusters.dissolve(tenantId, clusterId, actorOf(principal));
      return undefined;
    }
    if (query.dry_run === true) {
      return tellDryRun(response, await this.erasure.inventory(tenantId, 'cluster', clusterId));
    }
    const { erasure } = await this.erasure.deleteCluster(tenantId, clusterId, actorOf(principal));
    return tellErased(response, prefer, await this.erasures.complete(erasure));
  }

  @Get(':cluster_id/faces')
  @Requires('read')
  @ApiOperation({ summary: 'The faces of a cluster, oldest first unless asked otherwise.' })
  @ApiPage(FaceResponse)
  async faces(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Query() query: ClusterFacesQuery,
  ): Promise<Page<FaceResponse>> {
    if (query.sort !== 'oldest') {
      const wanted = query.certaintyPage();
      const ranked = await this.lists.facesByCertainty(tenantId, clusterId, {
        ...wanted,
        limit: wanted.limit + 1,
      });
      return page(ranked, wanted.limit, (face) => [faceCertainty(face), face.id], presentFace);
    }
    const { limit, after } = query.idPage();
    const faces = await this.lists.faces(tenantId, clusterId, { limit: limit + 1, after });
    return page(faces, limit, ({ id }) => id, presentFace);
  }

  @Get(':cluster_id/similar')
  @Requires('read')
  @ApiOperation({ summary: 'The clusters that might be the same person, and what speaks against it.' })
  @ApiOkResponse({ type: SimilarClustersResponse })
  async similar(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Query() { limit }: SimilarQuery,
  ): Promise<SimilarClustersResponse> {
    return presentSimilar(await this.similarClusters.list(tenantId, clusterId, limit));
  }

  @Post(':cluster_id/merge')
  @Requires('review')
  @Idempotent()
  @HttpCode(200)
  @ApiOperation({
    summary: "Move another cluster's faces into this one; the other answers with merged_into from then on.",
  })
  @ApiOkResponse({ type: ClusterChangeResponse })
  async merge(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Body() body: MergeBody,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ClusterChangeResponse> {
    const request = {
      sourceId: body.source_cluster_id,
      targetId: clusterId,
      keepLabel: body.keep_label,
      override: body.override,
    };
    return presentChange(await this.clusters.merge(tenantId, request, actorOf(principal)));
  }

  @Post(':cluster_id/split')
  @Requires('review')
  @Idempotent()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make each group of faces a cluster of its own; the parts never join again by themselves.',
  })
  @ApiOkResponse({ type: SplitResponse })
  async split(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Body() body: SplitBody,
    @CurrentPrincipal() principal: Principal,
  ): Promise<SplitResponse> {
    const { clusters, operation } = await this.clusters.split(tenantId, clusterId, body, actorOf(principal));
    return { clusters: clusters.map(presentCluster), operation: presentOperation(operation) };
  }
}
