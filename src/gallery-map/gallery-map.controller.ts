// /v1/tenants/{tenant_id}/gallery-map
import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../auth/requires.js';
import { TenantIdPipe } from '../http/params.js';
import { GalleryMapQuery, GalleryMapResponse, presentMap } from './gallery-map.dto.js';
import { GalleryMapService } from './gallery-map.service.js';

@ApiTags('clusters')
@Controller('v1/tenants/:tenant_id/gallery-map')
export class GalleryMapController {
  constructor(private readonly map: GalleryMapService) {}

  @Get()
  @Requires('review')
  @Header('Cache-Control', 'private, no-store')
  @ApiOperation({
    summary:
      'The gallery as a picture: faces that resemble each other lie together, so that mixed and split people show.',
  })
  @ApiOkResponse({ type: GalleryMapResponse })
  async draw(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: GalleryMapQuery,
  ): Promise<GalleryMapResponse> {
    return presentMap(await this.map.draw(tenantId, query.faces_max));
  }
}
