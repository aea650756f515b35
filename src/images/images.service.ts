// What images can be asked and told: the pipeline does the work, this room answers.
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { FaceErasure } from '../clusters/face-erasure.js';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import type { FaceRecord, ImageRecord, JobRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { type EndedErasure, ErasuresService } from '../erasure/erasures.service.js';
import type { ErasurePlan } from '../erasure/legal-hold.js';
import { ImageDecoder } from '../imaging/image-decoder.js';
import type { PreviewSize } from '../imaging/picture-sizes.js';
import { IngestJobs } from '../ingest/ingest-jobs.js';
import { type IngestOutcome, IngestPipeline, type IngestRequest } from '../ingest/ingest.pipeline.js';
import { TenantQuotas } from '../ingest/tenant-quotas.js';
import { VectorIndexUpkeep } from '../ingest/vector-index-upkeep.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';

export interface ImageWithFaces {
  readonly image: ImageRecord;
  readonly faces: readonly FaceRecord[];
}

export type AddedImage =
  | ({ readonly kind: 'stored'; readonly created: boolean } & ImageWithFaces)
  | { readonly kind: 'accepted'; readonly job: JobRecord };

const imageNotFound = (): DomainError => new DomainError('image.not_found', 'There is no such image.');

@Injectable()
export class ImagesService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly pipeline: IngestPipeline,
    private readonly jobs: IngestJobs,
    private readonly erasure: FaceErasure,
    private readonly erasures: ErasuresService,
    private readonly blobs: BlobStore,
    private readonly decoder: ImageDecoder,
    private readonly indexes: VectorIndexUpkeep,
    private readonly quotas: TenantQuotas,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
  ) {}

  /**
   * Stores a picture now, or accepts it for later: when the client prefers so, or when it takes longer than the
   * configured time.
   */
  async add(request: IngestRequest, later: boolean): Promise<AddedImage> {
    if (later) return this.accept(request);
    const named = { ...request, imageId: uuidv7() };
    const ingest = this.quotas.underLimit(request.tenantId, () => this.pipeline.ingest(named));
    const outcome = await Promise.race([
      ingest,
      wait(this.config.ingest.syncTimeoutMs, undefined, { ref: false }),
    ]);
    if (outcome === undefined) {
      // Accepting moves the bytes, so the attempt here may fail; when it does not, the job finds the image stored.
      ingest.catch(() => undefined);
      return { kind: 'accepted', job: await this.jobs.accept(named) };
    }
    return { kind: 'stored', ...outcome };
  }

  /** A picture that the tenant could not hold now is refused now, not when its job begins. */
  private async accept(request: IngestRequest): Promise<AddedImage> {
    const more = { images: 1, faces: 0, bytes: request.upload.byteLength };
    await this.tenants.forTenant(request.tenantId).read((r) => this.quotas.checkStorage(r, more));
    return { kind: 'accepted', job: await this.jobs.accept(request) };
  }

  /** Stores a picture, however long that takes: for clients that know no "accepted". */
  addNow(request: IngestRequest): Promise<IngestOutcome> {
    return this.pipeline.ingest(request);
  }

  /** @throws DomainError image.not_found */
  async get(tenantId: string, imageId: string): Promise<ImageWithFaces> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const image = await repositories.images.find(imageId);
      if (!image) throw imageNotFound();
      return { image, faces: await repositories.faces.listByImages([imageId]) };
    });
  }

  /** JPEG. @throws DomainError image.not_found, crop.unavailable when its bytes are gone, storage.unreadable */
  async preview(tenantId: string, imageId: string, longSideMax: PreviewSize): Promise<Uint8Array> {
    const { key } = await this.keptImage(tenantId, imageId);
    const picture = await this.blobs.picture(this.blobs.pathOf(key));
    return this.decoder.preview(picture, await this.decoder.inspect(picture), longSideMax);
  }

  /**
   * The photo, byte for byte as it was sent; memory holds a piece of it.
   * @throws DomainError image.not_found, crop.unavailable when its bytes are gone, storage.unreadable
   */
  async original(
    tenantId: string,
    imageId: string,
  ): Promise<{ readonly bytes: AsyncIterable<Uint8Array>; readonly image: ImageRecord }> {
    const { key, image } = await this.keptImage(tenantId, imageId);
    const bytes = this.blobs.stream(key)[Symbol.asyncIterator]();
    // What cannot be opened is told before the answer begins.
    const first = await bytes.next();
    return { image, bytes: continued(first, bytes) };
  }

  private async keptImage(
    tenantId: string,
    imageId: string,
  ): Promise<{ readonly key: string; readonly image: ImageRecord }> {
    const image = await this.tenants.forTenant(tenantId).read(({ images }) => images.find(imageId));
    if (!image) throw imageNotFound();
    const key = imageBlobKey(tenantId, image.id);
    if (!(await this.blobs.exists(key))) {
      throw new DomainError('crop.unavailable', 'There is no picture of this image.');
    }
    return { key, image };
  }

  /** Newest first. */
  async list(
    tenantId: string,
    page: { limit: number; after?: string | undefined; clusterIds?: readonly string[] | undefined },
  ): Promise<ImageWithFaces[]> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const images = await repositories.images.list(page);
      const faces = await repositories.faces.listByImages(images.map((image) => image.id));
      return images.map((image) => ({ image, faces: faces.filter((face) => face.imageId === image.id) }));
    });
  }

  /** Erases the image, its faces and their embeddings, then its bytes. @throws DomainError image.not_found */
  async delete(tenantId: string, imageId: string, actor: string): Promise<EndedErasure> {
    const { operation, erasure } = await this.erasure.deleteImage(tenantId, imageId, actor);
    this.indexes.note(tenantId, operation.affectedFaceIds.length);
    return this.erasures.complete(erasure);
  }

  /** What erasing the image would take. @throws DomainError image.not_found */
  inventory(tenantId: string, imageId: string): Promise<ErasurePlan> {
    return this.erasure.inventory(tenantId, 'image', imageId);
  }
}

/** The rest of what was begun; whoever ends it early closes what it is read from. */
async function* continued<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
