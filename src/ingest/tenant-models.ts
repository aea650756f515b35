// The models that embed a tenant's faces: those of its space, or of the preferred pack while it has no face.
import { Injectable } from '@nestjs/common';
import { EmbeddingSpaceMismatch } from '../database/directories/embedding-space-directory.js';
import { SystemStore } from '../database/system-store.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { type FaceModels, InferenceProvider } from '../inference/inference-provider.js';

@Injectable()
export class TenantModels {
  /** Packs whose spaces this process has made known, or found as they were. */
  private readonly registered = new Set<string>();

  constructor(
    private readonly tenants: TenantStore,
    private readonly system: SystemStore,
    private readonly inference: InferenceProvider,
  ) {}

  /**
   * The tenant may have moved to another space by the time the result is stored: whoever stores it compares the two under the
   * tenant's lock. @throws DomainError model_pack.unavailable
   */
  async of(tenantId: string): Promise<FaceModels> {
    const space = await this.tenants.forTenant(tenantId).read(({ tenant }) => tenant.space());
    return this.open(space ?? this.inference.pack.id);
  }

  /** @throws DomainError model_pack.unavailable: it is not installed, cannot be loaded, or has another recogniser than it had. */
  async open(packId: string): Promise<FaceModels> {
    const models = await this.inference.open(packId);
    if (!this.registered.has(packId)) await this.register(models);
    return models;
  }

  private async register({ pack: { id, recogniser, width } }: FaceModels): Promise<void> {
    const space = { id, recogniserSha256: recogniser.sha256, width, createdAt: new Date() };
    try {
      await this.system.transaction(({ embeddingSpaces }) => embeddingSpaces.register(space));
    } catch (error) {
      if (!(error instanceof EmbeddingSpaceMismatch)) throw error;
      throw new DomainError(
        'model_pack.unavailable',
        `The model pack "${id}" has another recogniser than the one that made the stored embeddings.`,
        { extensions: { pack: id }, cause: error },
      );
    }
    this.registered.add(id);
  }
}
