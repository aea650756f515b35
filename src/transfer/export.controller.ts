// GET /v1/tenants/{tenant_id}/export and …/clusters/{cluster_id}/export
import { applyDecorators, Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import type { Response } from 'express';
import { ActedBy, type Actor, TakesReason } from '../auth/acted-by.js';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { requireScopes } from '../auth/tenant-access.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { requestFault } from '../http/request-fault.js';
import { decodePlace, type ExportPlace } from './export-cursor.js';
import { GalleryExport } from './gallery-export.js';

const MEDIA_TYPE = 'application/x-ndjson';
const CURSOR_LENGTH_MAX = 1024;

export class ExportQuery {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'true: with the embeddings of the faces; needs the scope `embeddings`.',
  })
  @IsOptional()
  @IsIn(['true', 'false', true, false])
  @Transform(({ value }: { value: unknown }) => value === true || value === 'true')
  @IsBoolean()
  embeddings?: boolean;

  @ApiPropertyOptional({ description: 'The cursor of a checkpoint: the export goes on behind it.' })
  @IsOptional()
  @IsString()
  @MaxLength(CURSOR_LENGTH_MAX)
  cursor?: string;

  place(): ExportPlace | undefined {
    if (this.cursor === undefined) return undefined;
    const place = decodePlace(this.cursor);
    if (place === undefined) throw requestFault('#/query/cursor', 'is not a cursor of an export', 'cursor');
    return place;
  }
}

const WritesLines = (): MethodDecorator =>
  applyDecorators(
    TakesReason(),
    ApiProduces(MEDIA_TYPE),
    ApiOkResponse({
      description:
        'One JSON object a line: a header, data, checkpoints, an end. Without its last line (`end`) it is not whole; see docs/data-protection.md.',
      content: { [MEDIA_TYPE]: { schema: { type: 'string' } } },
    }),
  );

@ApiTags('transfer')
@Controller('v1/tenants/:tenant_id')
export class ExportController {
  constructor(private readonly gallery: GalleryExport) {}

  @Get('export')
  @Requires('read')
  @ApiOperation({
    summary:
      'Everything that is held for the tenant, as JSON lines. The photos come by images/{image_id}/original.',
  })
  @WritesLines()
  async tenant(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: ExportQuery,
    @CurrentPrincipal() principal: Principal,
    @ActedBy() by: Actor,
    @Res() response: Response,
  ): Promise<void> {
    await this.write({ tenantId }, query, principal, by, response);
  }

  @Get('clusters/:cluster_id/export')
  @Requires('read')
  @ApiOperation({
    summary: 'Everything that is held on a person, and nothing on anybody else, as JSON lines.',
  })
  @WritesLines()
  async person(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) personId: string,
    @Query() query: ExportQuery,
    @CurrentPrincipal() principal: Principal,
    @ActedBy() by: Actor,
    @Res() response: Response,
  ): Promise<void> {
    await this.write({ tenantId, personId }, query, principal, by, response);
  }

  private async write(
    what: { readonly tenantId: string; readonly personId?: string },
    query: ExportQuery,
    principal: Principal,
    by: Actor,
    response: Response,
  ): Promise<void> {
    const embeddings = query.embeddings ?? false;
    if (embeddings) requireScopes(principal, ['embeddings'], true);
    const from = query.place();
    response.setHeader('Content-Type', MEDIA_TYPE);
    await this.gallery.write({ ...what, ...by, embeddings, from }, response);
  }
}
