// /v1/tenants/{tenant_id}/search, /v1/tenants/{tenant_id}/clusters/{cluster_id}/verify, /v1/compare
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { requestFault } from '../http/request-fault.js';
import { TakesPictures, Uploaded } from '../ingest/staged-uploads.interceptor.js';
import type { StagedUpload } from '../ingest/staging-storage.js';
import {
  CompareForm,
  CompareResponse,
  EmptyBody,
  SearchBody,
  SearchForm,
  SearchResponse,
  VerifyForm,
  VerifyResponse,
} from './search.dto.js';
import { presentComparison, presentSearch, presentVerification } from './search.response.js';
import { SearchService } from './search.service.js';

const LIMIT_DEFAULT = 10;

@ApiTags('search')
@ApiConsumes('multipart/form-data', 'application/json')
@Controller('v1')
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Post('tenants/:tenant_id/search')
  @Requires('read')
  @HttpCode(200)
  @TakesPictures(['image'], { optional: true })
  @ApiOperation({ summary: 'Whom does this face resemble? Ranked people of the tenant; nothing is stored.' })
  @ApiBody({ type: SearchForm })
  @ApiOkResponse({ type: SearchResponse })
  async find(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Uploaded('image') upload: StagedUpload | undefined,
    @Body() body: SearchBody,
  ): Promise<SearchResponse> {
    const limits = { limit: body.limit ?? LIMIT_DEFAULT, probabilityMin: body.probability_min ?? 0 };
    if (upload && body.face_id === undefined)
      return presentSearch(await this.search.searchPicture(tenantId, upload, limits));
    if (upload === undefined && body.face_id !== undefined) {
      return presentSearch(await this.search.searchFace(tenantId, body.face_id, limits));
    }
    throw requestFault('#', 'give either image or face_id', 'one_of');
  }

  @Post('tenants/:tenant_id/clusters/:cluster_id/verify')
  @Requires('read')
  @HttpCode(200)
  @TakesPictures(['image'])
  @ApiOperation({
    summary:
      'Does the picture show this person? Not an authentication factor: nothing checks that the face is alive.',
  })
  @ApiBody({ type: VerifyForm })
  @ApiOkResponse({ type: VerifyResponse })
  async verify(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Uploaded('image') upload: StagedUpload,
    @Body() _body: EmptyBody,
  ): Promise<VerifyResponse> {
    return presentVerification(await this.search.verify(tenantId, clusterId, upload));
  }

  @Post('compare')
  @Requires('read')
  @HttpCode(200)
  @TakesPictures(['image_a', 'image_b'])
  @ApiOperation({ summary: 'Do two pictures show the same person? Nothing is stored.' })
  @ApiBody({ type: CompareForm })
  @ApiOkResponse({ type: CompareResponse })
  async compare(
    @CurrentPrincipal() principal: Principal,
    @Uploaded('image_a') imageA: StagedUpload,
    @Uploaded('image_b') imageB: StagedUpload,
    @Body() _body: EmptyBody,
  ): Promise<CompareResponse> {
    return presentComparison(
      await this.search.compare(principal.kind === 'key' ? principal.tenantId : '', imageA, imageB),
    );
  }
}
