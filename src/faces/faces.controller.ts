// /v1/tenants/{tenant_id}/faces
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Query,
  StreamableFile,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { FaceResponse, presentFace } from '../clusters/face.response.js';
import { presentOperation } from '../clusters/operation.response.js';
import { DomainError } from '../domain/domain-error.js';
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
  @ApiNoContentResponse()
  async delete(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('face_id', UuidPipe) faceId: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    await this.faces.delete(tenantId, faceId, actorOf(principal));
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
