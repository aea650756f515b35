// /v1/tenants/{tenant_id}/images
import { Readable } from 'node:stream';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  StreamableFile,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { FaceResponse, presentFace } from '../clusters/face.response.js';
import { ApiPage, page, type Page } from '../http/pagination.js';
import { ApiErasesWithinRequest, tellDryRun, tellErased } from '../erasure/erased-within-request.js';
import { DryRunQuery, type DryRunResponse } from '../erasure/erasure.dto.js';
import type { AcceptedErasureResponse } from '../erasure/erasure.response.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { TakesPictures, Uploaded } from '../ingest/staged-uploads.interceptor.js';
import type { StagedUpload } from '../ingest/staging-storage.js';
import { JobResponse, presentJob } from '../jobs/job.response.js';
import { ImageListQuery, NewImageBody, NewImageForm, PreviewQuery } from './images.dto.js';
import { ImageResponse, presentImage } from './image.response.js';
import { ImagesService } from './images.service.js';

const prefersLater = (prefer: string | undefined): boolean =>
  /(^|[,;\s])respond-async($|[,;\s])/i.test(prefer ?? '');

@ApiTags('images')
@Controller('v1/tenants/:tenant_id/images')
export class ImagesController {
  constructor(private readonly images: ImagesService) {}

  @Post()
  @Requires('ingest')
  @TakesPictures(['image'])
  @ApiOperation({ summary: 'Send a photo: its faces are found, embedded and grouped.' })
  @ApiConsumes('multipart/form-data', 'application/json')
  @ApiBody({ type: NewImageForm })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: '`respond-async`: answer 202 at once, work later.',
  })
  @ApiCreatedResponse({ type: ImageResponse, description: 'Stored.' })
  @ApiOkResponse({
    type: ImageResponse,
    description: 'The tenant had these bytes already: nothing was changed.',
  })
  @ApiAcceptedResponse({ type: JobResponse, description: 'Accepted for later; Location names the job.' })
  async add(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @CurrentPrincipal() principal: Principal,
    @Uploaded('image') upload: StagedUpload,
    @Body() body: NewImageBody,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ImageResponse | JobResponse> {
    const added = await this.images.add(
      {
        tenantId,
        actor: actorOf(principal),
        upload,
        externalId: body.external_id,
        capturedAt: body.captured_at === undefined ? undefined : new Date(body.captured_at),
        label: body.label,
      },
      prefersLater(prefer),
    );
    if (added.kind === 'accepted') {
      response.status(202).location(`/v1/jobs/${added.job.id}`);
      return presentJob(added.job);
    }
    response.status(added.created ? 201 : 200).location(`/v1/tenants/${tenantId}/images/${added.image.id}`);
    return presentImage(added.image, added.faces);
  }

  @Get()
  @Requires('read')
  @ApiOperation({
    summary: 'List images, newest first; with cluster_id, the images of a person, or of several together.',
  })
  @ApiPage(ImageResponse)
  async list(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: ImageListQuery,
  ): Promise<Page<ImageResponse>> {
    const { limit, after } = query.idPage();
    const items = await this.images.list(tenantId, { limit: limit + 1, after, clusterIds: query.cluster_id });
    return page(
      items,
      limit,
      ({ image }) => image.id,
      ({ image, faces }) => presentImage(image, faces),
    );
  }

  @Get(':image_id')
  @Requires('read')
  @ApiOperation({ summary: 'An image with its faces.' })
  @ApiOkResponse({ type: ImageResponse })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('image_id', UuidPipe) imageId: string,
  ): Promise<ImageResponse> {
    const { image, faces } = await this.images.get(tenantId, imageId);
    return presentImage(image, faces);
  }

  @Get(':image_id/preview')
  @Requires('read')
  @Header('Cache-Control', 'private, no-store')
  @ApiOperation({
    summary: 'The photo in a bounded size, upright as EXIF says: the boxes of its faces are in its frame.',
  })
  @ApiProduces('image/jpeg')
  @ApiOkResponse({
    description: 'JPEG',
    content: { 'image/jpeg': { schema: { type: 'string', format: 'binary' } } },
  })
  async preview(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('image_id', UuidPipe) imageId: string,
    @Query() query: PreviewQuery,
  ): Promise<StreamableFile> {
    return new StreamableFile(await this.images.preview(tenantId, imageId, query.size), {
      type: 'image/jpeg',
    });
  }

  @Get(':image_id/original')
  @Requires('read')
  @Header('Cache-Control', 'private, no-store')
  @ApiOperation({ summary: 'The photo, byte for byte as it was sent. Its SHA-256 is in the image.' })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({
    description: 'Never shown by a browser: whatever the bytes are, they are a download.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  async original(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('image_id', UuidPipe) imageId: string,
  ): Promise<StreamableFile> {
    const { bytes, image } = await this.images.original(tenantId, imageId);
    return new StreamableFile(Readable.from(bytes, { objectMode: false }), {
      type: 'application/octet-stream',
      disposition: 'attachment',
      length: image.byteSize,
    });
  }

  @Get(':image_id/faces')
  @Requires('read')
  @ApiOperation({ summary: 'The faces of an image.' })
  @ApiPage(FaceResponse)
  async faces(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('image_id', UuidPipe) imageId: string,
  ): Promise<Page<FaceResponse>> {
    const { faces } = await this.images.get(tenantId, imageId);
    return { items: faces.map(presentFace), next_cursor: null };
  }

  @Delete(':image_id')
  @Requires('erase')
  @HttpCode(204)
  @ApiOperation({ summary: 'Erase an image with its faces, their embeddings and its bytes.' })
  @ApiErasesWithinRequest()
  async delete(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('image_id', UuidPipe) imageId: string,
    @Query() query: DryRunQuery,
    @Headers('prefer') prefer: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedErasureResponse | DryRunResponse | undefined> {
    if (query.dry_run === true) {
      return tellDryRun(response, await this.images.inventory(tenantId, imageId));
    }
    return tellErased(response, prefer, await this.images.delete(tenantId, imageId, actorOf(principal)));
  }
}
