// Single faces: read, cut out, moved, dismissed, erased.
import { Injectable } from '@nestjs/common';
import type { FaceReport } from '../clusters/cluster-requests.js';
import { ClustersService } from '../clusters/clusters.service.js';
import { FaceErasure } from '../clusters/face-erasure.js';
import type { OffsetPage } from '../database/page.js';
import type { FaceRecord, ImageRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { type EndedErasure, ErasuresService } from '../erasure/erasures.service.js';
import type { ErasurePlan } from '../erasure/legal-hold.js';
import { ImageDecoder } from '../imaging/image-decoder.js';
import type { CropSize } from '../imaging/picture-sizes.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';

/** What is cut out around a face, as a share of the box's longer side: hair and chin help people more than models. */
const CROP_MARGIN_RATIO = 0.35;

const notFound = (): DomainError => new DomainError('face.not_found', 'There is no such face.');

@Injectable()
export class FacesService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly clusters: ClustersService,
    private readonly erasure: FaceErasure,
    private readonly erasures: ErasuresService,
    private readonly decoder: ImageDecoder,
    private readonly blobs: BlobStore,
  ) {}

  /** @throws DomainError face.not_found */
  async get(tenantId: string, faceId: string): Promise<FaceRecord> {
    return (await this.withImage(tenantId, faceId)).face;
  }

  /** JPEG. @throws DomainError face.not_found, crop.unavailable for a face that was dismissed or whose photo is gone. */
  async crop(tenantId: string, faceId: string, sizePx: CropSize): Promise<Uint8Array> {
    const { face, image } = await this.withImage(tenantId, faceId);
    const key = imageBlobKey(tenantId, image.id);
    if (face.state === 'dismissed' || !(await this.blobs.exists(key))) {
      throw new DomainError('crop.unavailable', 'There is no picture of this face.');
    }
    const { x, y, width, height } = face.box;
    const picture = await this.blobs.picture(this.blobs.pathOf(key));
    return this.decoder.crop(
      picture,
      await this.decoder.inspect(picture),
      { x1: x, y1: y, x2: x + width, y2: y + height },
      { marginRatio: CROP_MARGIN_RATIO, sizePx, turn: image.turn },
    );
  }

  /** JPEG; null when there is no picture of the face any more. */
  async findCrop(tenantId: string, faceId: string, sizePx: CropSize): Promise<Uint8Array | null> {
    try {
      return await this.crop(tenantId, faceId, sizePx);
    } catch (error) {
      const gone = ['crop.unavailable', 'face.not_found'];
      if (error instanceof DomainError && gone.includes(error.code)) return null;
      throw error;
    }
  }

  /** Active faces of people who have a name, oldest first. */
  listNamed(tenantId: string, page: OffsetPage): Promise<{ face: FaceRecord; label: string }[]> {
    return this.tenants.forTenant(tenantId).read(async ({ faces, clusters }) => {
      const named = await faces.listNamed(page);
      const ids = [...new Set(named.flatMap(({ clusterId }) => clusterId ?? []))];
      const labels = new Map((await clusters.findMany(ids)).map(({ id, label }) => [id, label]));
      return named.map((face) => ({ face, label: labels.get(face.clusterId ?? '') ?? '' }));
    });
  }

  /** @throws DomainError face.not_found, face.dismissed, cluster.not_found, cluster.merged, constraint.conflict */
  move(
    tenantId: string,
    faceId: string,
    clusterId: string | null,
    override: boolean,
    actor: string,
  ): Promise<FaceReport> {
    return this.clusters.moveFace(tenantId, faceId, { clusterId, override }, actor);
  }

  /** @throws DomainError face.not_found */
  dismiss(tenantId: string, faceId: string, actor: string): Promise<FaceReport> {
    return this.clusters.dismissFace(tenantId, faceId, actor);
  }

  /** @throws DomainError face.not_found */
  async delete(tenantId: string, faceId: string, actor: string): Promise<EndedErasure> {
    const { erasure } = await this.erasure.deleteFace(tenantId, faceId, actor);
    return this.erasures.complete(erasure);
  }

  /** What erasing the face would take. @throws DomainError face.not_found */
  inventory(tenantId: string, faceId: string): Promise<ErasurePlan> {
    return this.erasure.inventory(tenantId, 'face', faceId);
  }

  private async withImage(
    tenantId: string,
    faceId: string,
  ): Promise<{ face: FaceRecord; image: ImageRecord }> {
    return this.tenants.forTenant(tenantId).read(async ({ faces, images }) => {
      const face = await faces.find(faceId);
      const image = face && (await images.find(face.imageId));
      if (!face || !image) throw notFound();
      return { face, image };
    });
  }
}
