// The first earlier API: images, faces and clusters of a tenant.
import { Controller, Delete, Get, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../auth/current-principal.js';
import { actorOf, type Principal } from '../../auth/principal.js';
import { Requires } from '../../auth/requires.js';
import { requireScopes, TenantAccess } from '../../auth/tenant-access.js';
import { ClustersService } from '../../clusters/clusters.service.js';
import { FaceErasure } from '../../clusters/face-erasure.js';
import { FacesService } from '../../faces/faces.service.js';
import { DomainError } from '../../domain/domain-error.js';
import { ErasuresService } from '../../erasure/erasures.service.js';
import { TakesForms } from '../../http/json-body.js';
import { ImagesService } from '../../images/images.service.js';
import { TakesPictures, Uploaded } from '../../ingest/staged-uploads.interceptor.js';
import type { StagedUpload } from '../../ingest/staging-storage.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import { EarlierTexts } from '../earlier-texts.js';
import { EarlierRoute } from '../earlier-route.js';
import { Parameters, TakesParameters } from '../parameters.js';
import {
  ClusterAnswer,
  FaceAnswer,
  ImageAnswer,
  InsertedAnswer,
  ListedFaceAnswer,
  presentFace,
  presentListedFace,
  shown,
  SUCCESS,
  SuccessAnswer,
} from './clusters.answers.js';
import {
  ClusterParameters,
  FaceParameters,
  FacesParameters,
  ImageParameters,
  InsertForm,
  LIMIT_DEFAULT,
  MoveParameters,
  TenantParameters,
} from './clusters.parameters.js';

@ApiTags('earlier API: clusters')
@UseInterceptors(EarlierTexts)
@Controller()
export class EarlierGalleryController {
  constructor(
    private readonly access: TenantAccess,
    private readonly tenants: TenantsService,
    private readonly images: ImagesService,
    private readonly faces: FacesService,
    private readonly clusters: ClustersService,
    private readonly erasure: FaceErasure,
    private readonly erasures: ErasuresService,
  ) {}

  @Post('insert-image')
  @Requires('ingest')
  @HttpCode(200)
  @TakesForms()
  @TakesPictures(['image'])
  @EarlierRoute('POST /v1/tenants/{tenant_id}/images')
  @ApiConsumes('multipart/form-data', 'application/json')
  @ApiBody({ type: InsertForm })
  @ApiOkResponse({ type: InsertedAnswer })
  async insertImage(
    @Parameters() { tenant_id }: TenantParameters,
    @Uploaded('image') upload: StagedUpload,
    @CurrentPrincipal() principal: Principal,
  ): Promise<InsertedAnswer> {
    // The earlier API had no route that makes a tenant: its first image did. Only the operator may.
    if (principal.kind === 'admin') await this.tenants.ensure(tenant_id, { actor: actorOf(principal) });
    await this.access.bind(principal, tenant_id);
    const { image, faces } = await this.images.addNow({
      tenantId: tenant_id,
      actor: actorOf(principal),
      upload,
    });
    return {
      image_id: image.id,
      face_ids: Object.fromEntries(shown(faces).map(({ id, clusterId }) => [id, clusterId])),
    };
  }

  @Get('image')
  @Requires('read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants/{tenant_id}/images/{image_id}', ImageParameters)
  @ApiOkResponse({ type: ImageAnswer })
  async image(
    @Parameters() { tenant_id, image_id }: ImageParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ImageAnswer> {
    await this.access.bind(principal, tenant_id);
    const { image, faces } = await this.images.get(tenant_id, image_id);
    const clusterIds = shown(faces).flatMap(({ clusterId }) => clusterId ?? []);
    return {
      face_ids: shown(faces).map(({ id }) => id),
      cluster_ids: [...new Set(clusterIds)],
      phash: image.phash,
    };
  }

  @Get('faces')
  @Requires('read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants/{tenant_id}/images/{image_id}/faces', FacesParameters)
  @ApiOkResponse({ type: [ListedFaceAnswer] })
  async facesOfImage(
    @Parameters() { tenant_id, image_id, skip, limit = LIMIT_DEFAULT }: FacesParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ListedFaceAnswer[]> {
    await this.access.bind(principal, tenant_id);
    const { faces } = await this.images.get(tenant_id, image_id);
    return shown(faces)
      .slice(skip, skip + limit)
      .map(presentListedFace);
  }

  @Get('face')
  @Requires('read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants/{tenant_id}/faces/{face_id}', FaceParameters)
  @ApiOkResponse({ type: FaceAnswer })
  async face(
    @Parameters() { tenant_id, face_id }: FaceParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<FaceAnswer> {
    await this.access.bind(principal, tenant_id);
    const [face] = shown([await this.faces.get(tenant_id, face_id)]);
    if (!face) throw new DomainError('face.not_found', 'There is no such face.');
    return presentFace(face);
  }

  @Get('cluster')
  @Requires('read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants/{tenant_id}/clusters/{cluster_id}', ClusterParameters)
  @ApiOkResponse({ type: ClusterAnswer })
  async cluster(
    @Parameters() { tenant_id, cluster_id }: ClusterParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ClusterAnswer> {
    await this.access.bind(principal, tenant_id);
    const { faceCount, imageCount } = await this.clusters.getCurrent(tenant_id, cluster_id);
    return { number_of_faces: faceCount, number_of_images: imageCount };
  }

  @Post('update-face-cluster')
  @Requires('review')
  @HttpCode(200)
  @TakesParameters()
  @EarlierRoute('PATCH /v1/tenants/{tenant_id}/faces/{face_id}', MoveParameters)
  @ApiOkResponse({ type: SuccessAnswer })
  async move(
    @Parameters() { tenant_id, face_id, to_cluster_id }: MoveParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<SuccessAnswer> {
    await this.access.bind(principal, tenant_id);
    const target = await this.clusters.getCurrent(tenant_id, to_cluster_id);
    // Clients of the earlier API cannot ask for an override, and there the later word counted.
    await this.faces.move(tenant_id, face_id, target.id, true, actorOf(principal));
    return SUCCESS;
  }

  @Delete('image')
  @Requires('erase')
  @TakesParameters()
  @EarlierRoute('DELETE /v1/tenants/{tenant_id}/images/{image_id}', ImageParameters)
  @ApiOkResponse({ type: SuccessAnswer })
  async deleteImage(
    @Parameters() { tenant_id, image_id }: ImageParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<SuccessAnswer> {
    await this.access.bind(principal, tenant_id);
    await this.images.delete(tenant_id, image_id, actorOf(principal));
    return SUCCESS;
  }

  @Delete('face')
  @Requires('erase')
  @TakesParameters()
  @EarlierRoute('DELETE /v1/tenants/{tenant_id}/faces/{face_id}', FaceParameters)
  @ApiOkResponse({ type: SuccessAnswer })
  async deleteFace(
    @Parameters() { tenant_id, face_id }: FaceParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<SuccessAnswer> {
    await this.access.bind(principal, tenant_id);
    await this.faces.delete(tenant_id, face_id, actorOf(principal));
    return SUCCESS;
  }

  @Delete('cluster')
  @Requires('erase')
  @TakesParameters()
  @EarlierRoute('DELETE /v1/tenants/{tenant_id}/clusters/{cluster_id}?faces=erase', ClusterParameters)
  @ApiOkResponse({ type: SuccessAnswer })
  async deleteCluster(
    @Parameters() { tenant_id, cluster_id }: ClusterParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<SuccessAnswer> {
    await this.access.bind(principal, tenant_id);
    const { id } = await this.clusters.getCurrent(tenant_id, cluster_id);
    const { erasure } = await this.erasure.deleteCluster(tenant_id, id, actorOf(principal));
    await this.erasures.complete(erasure);
    return SUCCESS;
  }

  @Delete('tenant')
  @Requires('erase')
  @TakesParameters()
  @EarlierRoute('DELETE /v1/tenants/{tenant_id}', TenantParameters)
  @ApiOkResponse({ type: SuccessAnswer })
  async deleteTenant(
    @Parameters() { tenant_id }: TenantParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<SuccessAnswer> {
    await this.access.bind(principal, tenant_id);
    requireScopes(principal, ['erase', 'admin'], true);
    await this.erasures.eraseTenant(tenant_id, { actor: actorOf(principal) });
    return SUCCESS;
  }
}
