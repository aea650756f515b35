// A picture of a tenant's gallery: every face a point, near to those it resembles.
import { Injectable } from '@nestjs/common';
import { AssignmentPolicies } from '../clusters/assignment/assignment-policies.js';
import type { GalleryFace } from '../database/repositories/gallery-repository.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { EMBEDDING_WIDTH } from '../domain/face/embedding.js';
import { type LoadVectors, MapLayouts, type Place } from './map-layouts.js';

/** Vectors read at once: reading them as text keeps the main thread busy for some ms. */
const VECTORS_AT_ONCE = 200;

export interface GalleryMap {
  /** Faces of the gallery; more than `points` when only a sample is shown. */
  readonly faceCount: number;
  readonly points: readonly (GalleryFace & Place)[];
}

@Injectable()
export class GalleryMapService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
    private readonly layouts: MapLayouts,
  ) {}

  /** @param facesMax Faces shown at most. @throws DomainError tenant.not_found, inference.busy, gallery_map.unavailable */
  async draw(tenantId: string, facesMax: number): Promise<GalleryMap> {
    const scope = this.tenants.forTenant(tenantId);
    const { space, faceCount, faces } = await scope.read(async (repositories) => {
      if ((await repositories.tenant.find()) === null)
        throw new DomainError('tenant.not_found', 'There is no such tenant.');
      const { space, point } = await this.policies.forTenant(repositories);
      return { space, ...(await repositories.gallery.sample(space, facesMax, point.accept)) };
    });
    const layout = await this.layouts.layout(
      tenantId,
      space,
      faces.map(({ faceId }) => faceId),
      this.loader(tenantId, space),
    );
    const points = faces.flatMap((face) => {
      const place = layout.get(face.faceId);
      return place === undefined ? [] : [{ ...face, ...place }];
    });
    return { faceCount, points };
  }

  private loader(tenantId: string, space: string): LoadVectors {
    return async (wanted) => {
      const vectors = new Float32Array(wanted.length * EMBEDDING_WIDTH);
      const faceIds: string[] = [];
      for (let from = 0; from < wanted.length; from += VECTORS_AT_ONCE) {
        const ids = wanted.slice(from, from + VECTORS_AT_ONCE);
        const records = await this.tenants
          .forTenant(tenantId)
          .read(({ embeddings }) => embeddings.load(ids, space));
        const values = new Map(records.map(({ faceId, embedding }) => [faceId, embedding.values]));
        // In the order of the sample, and without faces that were erased meanwhile.
        for (const id of ids) {
          const own = values.get(id);
          if (own === undefined) continue;
          vectors.set(own, faceIds.length * EMBEDDING_WIDTH);
          faceIds.push(id);
        }
      }
      return { faceIds, vectors: vectors.slice(0, faceIds.length * EMBEDDING_WIDTH) };
    };
  }
}
