// From a staged upload to a stored image with assigned faces: decode, detect, align, embed, assign.
//
// [Note: Nothing half-written]
// The bytes are moved to their final place before the one transaction that makes the image exist, because a row must
// never name a blob that is not there. A crash between the two leaves a blob without a row; BlobSweep removes it.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AssignFaces } from '../clusters/assignment/assign-faces.js';
import { ImportLabel } from '../clusters/assignment/import-label.js';
import type { FaceRecord, ImageRecord } from '../database/records.js';
import {
  isTenantGone,
  TenantStore,
  type TenantRepositories,
  type TenantScope,
} from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import type { TenantUsage } from '../domain/limits/tenant-limits.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore, type StagedBlob } from '../storage/blob-store.js';
import { FaceExtractor, type Extraction } from './extract-faces.js';
import { TenantModels } from './tenant-models.js';
import { TenantQuotas } from './tenant-quotas.js';
import { VectorIndexUpkeep } from './vector-index-upkeep.js';

/** What a client may say about a picture. */
export interface ImageDescription {
  readonly externalId?: string | undefined;
  readonly capturedAt?: Date | undefined;
  /** Name of the person in the picture, when it shows one. */
  readonly label?: string | undefined;
}

export interface IngestRequest extends ImageDescription {
  readonly tenantId: string;
  readonly actor: string;
  readonly upload: StagedBlob & { readonly declaredType?: string | undefined };
  /** Given when the id was promised before (a job); a retry then finds its own blob. */
  readonly imageId?: string;
}

export interface IngestOutcome {
  readonly image: ImageRecord;
  /** In the order of ids; dismissed ones too. */
  readonly faces: readonly FaceRecord[];
  /** False when the tenant already had an image of exactly these bytes: nothing was changed but what a label says. */
  readonly created: boolean;
}

type NamedRequest = IngestRequest & { readonly imageId: string };

/** Changes of the tenant's space that may come between a photo's extraction and its turn. */
const MOVES_MAX = 3;

@Injectable()
export class IngestPipeline {
  constructor(
    private readonly tenants: TenantStore,
    private readonly models: TenantModels,
    private readonly extractor: FaceExtractor,
    private readonly assignFaces: AssignFaces,
    private readonly importLabel: ImportLabel,
    private readonly blobs: BlobStore,
    private readonly indexes: VectorIndexUpkeep,
    private readonly quotas: TenantQuotas,
  ) {}

  /**
   * Stores a picture and assigns its faces. The same bytes again answer the same image.
   * @throws DomainError image.* for a picture that cannot be used, inference.busy when the line is full,
   * tenant.quota_exceeded.
   */
  async ingest(request: IngestRequest): Promise<IngestOutcome> {
    const scope = this.tenants.forTenant(request.tenantId);
    const known = await scope.read(async (repositories) => {
      const same = await findSameBytes(repositories, request.upload.sha256);
      if (same === null) await this.quotas.checkStorage(repositories, usageOf(request, 0));
      return same;
    });
    if (known) return this.nameAgain(scope, request, known);
    const named = { ...request, imageId: request.imageId ?? uuidv7() };
    const outcome = await this.extractAndStore(scope, named);
    if (outcome.image.id !== named.imageId)
      await this.blobs.delete(imageBlobKey(request.tenantId, named.imageId));
    if (outcome.created) this.indexes.note(request.tenantId, outcome.faces.length);
    return outcome;
  }

  /** Again, when the tenant has moved to another space meanwhile: what was embedded in the former one is of no use to it. */
  private async extractAndStore(scope: TenantScope, request: NamedRequest): Promise<IngestOutcome> {
    let { upload } = request;
    for (let attempt = 0; attempt < MOVES_MAX; attempt++) {
      const models = await this.models.of(scope.tenantId);
      const { path } = upload;
      const extraction = await this.extractor.extract(
        scope.tenantId,
        models,
        () => this.blobs.picture(path),
        upload.declaredType,
      );
      const outcome = await this.store(scope, { ...request, upload }, extraction);
      if (outcome !== null) return outcome;
      upload = { ...upload, path: this.blobs.pathOf(imageBlobKey(scope.tenantId, request.imageId)) };
    }
    throw new DomainError('inference.busy', 'The tenant changes its model pack. Try again shortly.', {
      retryable: true,
    });
  }

  /** A name that comes with bytes that are known already is applied as it would have been then. */
  private async nameAgain(
    scope: TenantScope,
    { label, actor }: IngestRequest,
    known: IngestOutcome,
  ): Promise<IngestOutcome> {
    const [usable, ...others] = known.faces.filter(
      ({ reasons, state }) => reasons.length === 0 && state !== 'dismissed',
    );
    if (label === undefined || usable === undefined || others.length > 0) return known;
    const faces = await scope.transaction(async (repositories) => {
      const face = await repositories.faces.find(usable.id);
      if (face !== null) await this.importLabel.applyToStored(repositories, face, label, actor);
      return repositories.faces.listByImages([known.image.id]);
    });
    return { ...known, faces };
  }

  /** @returns null when the tenant's space is not the extraction's: nothing was stored but the bytes. */
  private async store(
    scope: TenantScope,
    request: NamedRequest,
    extraction: Extraction,
  ): Promise<IngestOutcome | null> {
    const image = imageRecord(request, extraction);
    const key = imageBlobKey(request.tenantId, image.id);
    await this.blobs.commit(request.upload, key);
    // When the transaction fails the blob stays for the sweep: a lost connection does not tell whether it was committed.
    // A refusal does, and a tenant that goes leaves no file behind.
    return scope
      .transaction(
        async (repositories): Promise<IngestOutcome | null> => {
          // Somebody may have stored the same bytes since the first look; the tenant's lock makes this one final.
          const known = await findSameBytes(repositories, image.sha256);
          if (known) return known;
          const space = await repositories.tenant.space();
          if (space === null) await repositories.tenant.setSpace(extraction.space);
          else if (space !== extraction.space) return null;
          await this.quotas.checkStorage(repositories, usageOf(request, extraction.faces.length));
          await repositories.images.insert(image);
          const { faces } = await this.assignFaces.assign(repositories, {
            image,
            faces: extraction.faces,
            actor: request.actor,
          });
          const [usable, ...others] = faces.filter(({ reasons }) => reasons.length === 0);
          if (request.label !== undefined && usable && others.length === 0) {
            await this.importLabel.apply(repositories, usable, request.label, request.actor);
            return { image, faces: await repositories.faces.listByImages([image.id]), created: true };
          }
          return { image, faces, created: true };
        },
        { searching: searchedIn(extraction) },
      )
      .catch(async (error: unknown) => {
        if (isTenantGone(error)) await this.blobs.delete(key);
        throw error;
      });
  }
}

const usageOf = ({ upload }: IngestRequest, faces: number): TenantUsage => ({
  images: 1,
  faces,
  bytes: upload.byteLength,
});

async function findSameBytes(
  repositories: TenantRepositories,
  sha256: string,
): Promise<IngestOutcome | null> {
  const image = await repositories.images.findBySha256(sha256);
  return image && { image, faces: await repositories.faces.listByImages([image.id]), created: false };
}

/** The space in which faces are compared with all others of the tenant; those with doubts are not. */
const searchedIn = ({ faces, space }: Extraction): string | undefined =>
  faces.some(({ reasons }) => reasons.length === 0) ? space : undefined;

/** A name is applied when it is clear whose it is. */
function labelFits(request: IngestRequest, extraction: Extraction): boolean {
  return (
    request.label === undefined || extraction.faces.filter(({ reasons }) => reasons.length === 0).length === 1
  );
}

function imageRecord(request: NamedRequest, extraction: Extraction): ImageRecord {
  return {
    id: request.imageId,
    externalId: request.externalId ?? null,
    sha256: request.upload.sha256,
    phash: extraction.phash,
    contentType: extraction.header.contentType,
    width: extraction.header.width,
    height: extraction.header.height,
    byteSize: request.upload.byteLength,
    capturedAt: request.capturedAt ?? null,
    label: request.label ?? null,
    notes: [...extraction.notes, ...(labelFits(request, extraction) ? [] : ['label_not_applied'])],
    turn: extraction.turn,
    createdAt: new Date(),
  };
}
