// The long part of a change of model: every image is looked at with the other models, a few at a time, each in a short transaction of
// its own. What was done is written down with it, so that a crash costs the images under way and no more.
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import type { ModelChangeRecord } from '../database/repositories/model-change-records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import type { FaceModels } from '../inference/inference-provider.js';
import { TenantModels } from '../ingest/tenant-models.js';
import { tellProgress } from './model-change-progress.js';
import { type SeenImage, ShadowImages } from './shadow-images.js';

/** Images that are listed at once. */
const BATCH = 32;

/** Which images, and what they are for. */
type Purpose = 'embedding' | 'arriving' | 'returning';

@Injectable()
export class LookAtImages {
  constructor(
    private readonly tenants: TenantStore,
    private readonly models: TenantModels,
    private readonly images: ShadowImages,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
  ) {}

  /**
   * Looks at the next images. @param purpose Also the phase without which nothing is written.
   * @returns False when none is left. @throws DomainError model_pack.unavailable, inference.busy
   */
  async some(tenantId: string, change: ModelChangeRecord, purpose: Purpose): Promise<boolean> {
    const space = purpose === 'returning' ? change.fromSpace : change.toSpace;
    const models = await this.models.open(space);
    const scope = this.tenants.forTenant(tenantId);
    const imageIds = await scope.read(({ shadow }) => {
      if (purpose === 'returning') return shadow.imagesWithout(change.id, space, BATCH);
      return shadow.imagesLeft(change.id, purpose === 'embedding' ? 'unseen' : 'late', BATCH);
    });
    const line = [...imageIds];
    const worker = async (): Promise<void> => {
      for (let id = line.shift(); id !== undefined; id = line.shift())
        await this.one(tenantId, { change, purpose, models }, id);
    };
    await Promise.all(Array.from({ length: this.config.inference.workers }, worker));
    if (imageIds.length > 0) await scope.transaction((r) => tellProgress(r, change));
    return imageIds.length > 0;
  }

  private async one(
    tenantId: string,
    {
      change,
      purpose,
      models,
    }: { readonly change: ModelChangeRecord; readonly purpose: Purpose; readonly models: FaceModels },
    imageId: string,
  ): Promise<void> {
    const scope = this.tenants.forTenant(tenantId);
    const known = await scope.read(async ({ images, faces }) => ({
      image: await images.find(imageId),
      faces: await faces.listByImages([imageId]),
    }));
    // Erased meanwhile.
    if (known.image === null) return;
    const seen = await (purpose === 'returning'
      ? this.images.describe(tenantId, models, known.image, known.faces)
      : this.images.see(tenantId, models, known.image, known.faces));
    await scope.transaction((repositories) => keep(repositories, change.id, purpose, imageId, seen));
  }
}

async function keep(
  { images, faces, modelChanges, shadow, centroids }: TenantRepositories,
  changeId: string,
  purpose: Purpose,
  imageId: string,
  { measured, found, problem }: SeenImage,
): Promise<void> {
  // Given up, or the image erased, while the models looked at it.
  if ((await modelChanges.find(changeId))?.phase !== purpose) return;
  if ((await images.find(imageId)) === null) return;
  const now = new Map((await faces.listByImages([imageId])).map((face) => [face.id, face]));
  const standing = measured.filter(({ faceId }) => now.has(faceId) && now.get(faceId)!.state !== 'dismissed');
  await shadow.keepMeasured(changeId, imageId, standing, uuidv7);
  await shadow.keepFound(changeId, imageId, found);
  await shadow.markImage(changeId, imageId, purpose === 'returning' ? 'returned' : 'done', problem);
  if (purpose !== 'arriving') return;
  // The space is in force already.
  await shadow.exchangeMeasures(changeId, imageId);
  const homes = new Set(standing.flatMap(({ faceId }) => now.get(faceId)!.clusterId ?? []));
  await centroids.recompute([...homes].sort());
}
