// Imports: a photo with its people, or things beside photos. Files and models first, then one transaction.
import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { ImportGallery, type PhotoOutcome } from '../clusters/importing/import-gallery.js';
import type { ImportReport, IncomingPhoto } from '../clusters/importing/incoming.js';
import type { ImageRecord } from '../database/records.js';
import { isTenantGone, type TenantScope, TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import type { ImageLine } from '../domain/transfer/export-line.js';
import { requestFault } from '../http/request-fault.js';
import { ImageDecoder } from '../imaging/image-decoder.js';
import type { StagedUpload } from '../ingest/staging-storage.js';
import { TenantModels } from '../ingest/tenant-models.js';
import { TenantQuotas } from '../ingest/tenant-quotas.js';
import { VectorIndexUpkeep } from '../ingest/vector-index-upkeep.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';
import { IncomingFaces } from './incoming-faces.js';
import {
  incomingCluster,
  imageRecord,
  type ImportBatch,
  incomingConstraint,
  incomingItem,
  linesOf,
  readBatch,
} from './incoming-lines.js';

/** Lines of one photo: 2,000 faces with their embeddings, bytes. */
const PHOTO_LINES_BYTES_MAX = 8 * 1024 * 1024;

/** Faces of one photo. */
const FACES_MAX = 2000;
/** Changes of the tenant's space that may come between the look at a photo and its turn. */
const MOVES_MAX = 3;

export interface PhotoImport {
  readonly tenantId: string;
  readonly actor: string;
  /** The original. */
  readonly image: StagedUpload;
  /** JSON lines: the header, the photo, its faces, their clusters, constraints. */
  readonly lines: StagedUpload;
}

@Injectable()
export class GalleryImport {
  constructor(
    private readonly tenants: TenantStore,
    private readonly gallery: ImportGallery,
    private readonly models: TenantModels,
    private readonly faces: IncomingFaces,
    private readonly blobs: BlobStore,
    private readonly decoder: ImageDecoder,
    private readonly quotas: TenantQuotas,
    private readonly indexes: VectorIndexUpkeep,
  ) {}

  /**
   * Stores the photo with its faces as the export has them; the same again changes nothing.
   * @throws DomainError import.foreign, import.original_differs, request.invalid, image.*, tenant.quota_exceeded,
   * tenant.rate_limited, inference.busy.
   */
  async photo(request: PhotoImport): Promise<ImportReport> {
    const batch = readBatch(await readLines(request.lines));
    const line = photoOf(batch);
    const { sha256, byteLength } = request.image;
    if (sha256 !== line.sha256) {
      throw new DomainError(
        'import.original_differs',
        'The bytes of the photo are not those of the export.',
        {
          extensions: { sha256: line.sha256 },
        },
      );
    }
    const header = await this.decoder.inspect(request.image.path);
    if (header.width !== line.width || header.height !== line.height)
      throw requestFault('#/lines', 'the photo has another size than its line says', 'size');
    const image = { ...imageRecord(line), contentType: header.contentType, byteSize: byteLength };
    return this.quotas.underLimit(request.tenantId, () => this.store(request, batch, image));
  }

  private async store(
    request: PhotoImport,
    batch: ImportBatch,
    described: ImageRecord,
  ): Promise<ImportReport> {
    const { tenantId } = request;
    const scope = this.tenants.forTenant(tenantId);
    const image = { ...described, id: await freeId(scope, described) };
    const key = imageBlobKey(tenantId, image.id);
    await this.blobs.commit(request.image, key);
    const outcome = await this.describeAndStore(scope, request, batch, image);
    if (outcome.imageId !== image.id) await this.blobs.delete(key);
    this.indexes.note(tenantId, outcome.report.faces);
    const renamed = described.id === image.id ? {} : { [described.id]: image.id };
    return { ...outcome.report, mapped: { ...renamed, ...outcome.report.mapped } };
  }

  /** Again, when the tenant has moved to another space meanwhile. */
  private async describeAndStore(
    scope: TenantScope,
    request: PhotoImport,
    batch: ImportBatch,
    image: ImageRecord,
  ): Promise<PhotoOutcome> {
    const { tenantId } = scope;
    const path = this.blobs.pathOf(imageBlobKey(tenantId, image.id));
    const picture = () => this.blobs.picture(path);
    const lines = linesOf(batch.lines, 'face').map((face) => ({ ...face, image_id: image.id }));
    for (let attempt = 0; attempt < MOVES_MAX; attempt++) {
      const models = await this.models.of(tenantId);
      const faces = await this.faces.describe({ tenantId, models, picture, image }, lines, batch.spaces);
      const photo: IncomingPhoto = {
        image,
        space: models.pack.id,
        faces,
        clusters: linesOf(batch.lines, 'cluster').map(incomingCluster),
        constraints: linesOf(batch.lines, 'constraint').map(incomingConstraint),
      };
      const outcome = await this.write(scope, request, photo);
      if (outcome !== null) return outcome;
    }
    throw new DomainError('inference.busy', 'The tenant changes its model pack. Try again shortly.', {
      retryable: true,
    });
  }

  /** @returns null when the tenant's space is not that of the faces: nothing was stored but the bytes. */
  private write(
    scope: TenantScope,
    { actor }: PhotoImport,
    photo: IncomingPhoto,
  ): Promise<PhotoOutcome | null> {
    // As in [Note: Nothing half-written].
    return scope
      .transaction(async (repositories) => {
        const space = await repositories.tenant.space();
        if (space === null) await repositories.tenant.setSpace(photo.space);
        else if (space !== photo.space) return null;
        const { image, faces } = photo;
        const stored = await repositories.images.findBySha256(image.sha256);
        const [images, bytes] = stored === null ? [1, image.byteSize] : [0, 0];
        await this.quotas.checkStorage(repositories, { images, faces: faces.length, bytes });
        return this.gallery.photo(repositories, photo, actor);
      })
      .catch(async (error: unknown) => {
        if (isTenantGone(error)) await this.blobs.delete(imageBlobKey(scope.tenantId, photo.image.id));
        throw error;
      });
  }

  /** Clusters, constraints and review items. @throws DomainError import.foreign, request.invalid */
  async things(tenantId: string, values: readonly unknown[], actor: string): Promise<ImportReport> {
    const { lines } = readBatch(values);
    const misplaced = lines.findIndex(({ type }) => type === 'image' || type === 'face');
    if (misplaced >= 0)
      throw requestFault(`#/lines/${misplaced + 1}/type`, 'comes with its photo, by import/photos', 'type');
    return this.tenants.forTenant(tenantId).transaction((repositories) =>
      this.gallery.things(
        repositories,
        {
          clusters: linesOf(lines, 'cluster').map(incomingCluster),
          constraints: linesOf(lines, 'constraint').map(incomingConstraint),
          items: linesOf(lines, 'review_item').map(incomingItem),
        },
        actor,
      ),
    );
  }
}

/** The id in the export, or another where a photo of other bytes has it. */
async function freeId(scope: TenantScope, { id, sha256 }: ImageRecord): Promise<string> {
  const holder = await scope.read(({ images }) => images.find(id));
  return holder === null || holder.sha256 === sha256 ? id : uuidv7();
}

async function readLines({ path, byteLength }: StagedUpload): Promise<unknown[]> {
  if (byteLength > PHOTO_LINES_BYTES_MAX) {
    throw new DomainError(
      'request.too_large',
      `The lines of a photo are at most ${PHOTO_LINES_BYTES_MAX} bytes.`,
    );
  }
  const bytes = await readFile(path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw requestFault('#/lines', 'is not valid UTF-8', 'utf8', error);
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, i) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        // The parser's text quotes the body: it stays inside.
        throw requestFault(`#/lines/${i}`, 'is not valid JSON', 'json');
      }
    });
}

/** The one photo of a batch, whose faces are all on it and in clusters that come along. */
function photoOf({ lines }: ImportBatch): ImageLine {
  const [image, ...others] = linesOf(lines, 'image');
  if (image === undefined || others.length > 0) throw requestFault('#/lines', 'must hold one image', 'image');
  if (linesOf(lines, 'face').length > FACES_MAX)
    throw requestFault('#/lines', `must hold at most ${FACES_MAX} faces`, 'faces');
  const clusters = new Set(linesOf(lines, 'cluster').map(({ id }) => id));
  const ids = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const wrong = (name: string, detail: string) =>
      requestFault(`#/lines/${i + 1}/${name}`, detail, 'reference');
    if (line.type === 'review_item') throw wrong('type', 'does not come with a photo');
    if (line.type !== 'face') continue;
    if (line.image_id !== image.id) throw wrong('image_id', 'must be the photo of these lines');
    if (line.cluster_id !== null && !clusters.has(line.cluster_id))
      throw wrong('cluster_id', 'must be a cluster of these lines');
    if (ids.has(line.id)) throw wrong('id', 'comes twice');
    ids.add(line.id);
  }
  return image;
}
