// /v1/tenants/{tenant_id}/faces
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  Patch,
  Query,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { FaceResponse, presentFace } from '../clusters/face.response.js';
import { presentOperation } from '../clusters/operation.response.js';
import { DomainError } from '../domain/domain-error.js';
import { ApiErasesWithinRequest, tellDryRun, tellErased } from '../erasure/erased-within-request.js';
import { DryRunQuery, type DryRunResponse } from '../erasure/erasure.dto.js';
import type { AcceptedErasureResponse } from '../erasure/erasure.response.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { CropQuery, FaceChangeResponse, FacePatchBody } from './faces.dto.js';
import { FacesService } from './faces.service.js';

@ApiTags('faces')
@Controller('v1/tenants/:tenant_id/faces')
export class FacesController {
  constructor(private readonly faces: FacesService) {}

  @Get(':face_id')
  @Requires('read')
  @ApiOperation({ summary: 'A face.' })
  @ApiOkResponse({ type: FaceResponse })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('face_id', UuidPipe) faceId: string,
  ): Promise<FaceResponse> {
    return presentFace(await this.faces.get(tenantId, faceId));
  }

  @Get(':face_id/crop')
  @Requires('read')
  @Header('Cache-Control', 'private, no-store')
  @ApiOperation({ summary: 'The face cut out of its photo.' })
  @ApiProduces('image/jpeg')
  @ApiOkResponse({
    description: 'JPEG',
    content: { 'image/jpeg': { schema: { type: 'string', format: 'binary' } } },
  })
  async crop(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('face_id', UuidPipe) faceId: string,
    @Query() query: CropQuery,
  ): Promise<StreamableFile> {
    return new StreamableFile(await this.faces.crop(tenantId, faceId, query.size), { type: 'image/jpeg' });
  }

  @Patch(':face_id')
  @Requires('review')
  @ApiOperation({ summary: 'Say where a face belongs, or that it is none.' })
  @ApiOkResponse({ type: FaceChangeResponse })
  async patch(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('face_id', UuidPipe) faceId: string,
    @Body() body: FacePatchBody,
    @CurrentPrincipal() principal: Principal,
  ): Promise<FaceChangeResponse> {
    const { face, operation } = await this.change(tenantId, faceId, body, actorOf(principal));
    return { face: presentFace(face), operation: presentOperation(operation) };
  }

  @Delete(':face_id')
  @Requires('erase')
  @HttpCode(204)
  @ApiOperation({ summary: 'Erase a face with its embedding.' })
  @ApiErasesWithinRequest()
  async delete(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('face_id', UuidPipe) faceId: string,
    @Query() query: DryRunQuery,
    @Headers('prefer') prefer: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedErasureResponse | DryRunResponse | undefined> {
    if (query.dry_run === true) {
      return tellDryRun(response, await this.faces.inventory(tenantId, faceId));
    }
    return tellErased(response, prefer, await this.faces.delete(tenantId, faceId, actorOf(principal)));
  }

  private change(
    tenantId: string,
    faceId: string,
    body: FacePatchBody,
    actor: string,
  ): ReturnType<FacesService['move']> {
    if ((body.state === undefined) === (body.cluster_id === undefined)) {
      const fault = { pointer: '#', detail: 'give either cluster_id or state', code: 'one_of' };
      throw new DomainError('request.invalid', 'The request is not valid.', { faults: [fault] });
    }
    return body.cluster_id === undefined
      ? this.faces.dismiss(tenantId, faceId, actor)
      : this.faces.move(tenantId, faceId, body.cluster_id, body.override ?? false, actor);
  }
}
