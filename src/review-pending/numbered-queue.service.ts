// The review queue by number: each open question with the photo that it is about, oldest first. For clients that keep numbers.
import { Injectable } from '@nestjs/common';
import type { OffsetPage } from '../database/page.js';
import type { ReviewItemRecord, ReviewKind } from '../database/records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';

export interface PicturedItem {
  readonly item: ReviewItemRecord;
  /** The image itself, or that of the face, or of the first face shown; null once that face is gone. */
  readonly imageId: string | null;
}

@Injectable()
export class NumberedQueueService {
  constructor(private readonly tenants: TenantStore) {}

  /** Open and claimed items of the kinds. */
  list(tenantId: string, kinds: readonly ReviewKind[], page: OffsetPage): Promise<PicturedItem[]> {
    return this.tenants
      .forTenant(tenantId)
      .read(async (repositories) =>
        picture(repositories, await repositories.reviewItems.listByNumber(kinds, page)),
      );
  }

  /** @throws DomainError review_item.not_found, for a closed item and one of another kind, too. */
  async get(tenantId: string, number: number, kinds: readonly ReviewKind[]): Promise<PicturedItem> {
    const [item] = await this.tenants.forTenant(tenantId).read(async (repositories) => {
      const found = await repositories.reviewItems.findOpenByNumber(number, kinds);
      return picture(repositories, found === null ? [] : [found]);
    });
    if (!item) throw new DomainError('review_item.not_found', 'There is no such review item.');
    return item;
  }
}

async function picture(
  { faces }: TenantRepositories,
  items: readonly ReviewItemRecord[],
): Promise<PicturedItem[]> {
  const faceIds = items.flatMap((item) => shownFace(item) ?? []);
  const imageOf = new Map((await faces.findMany(faceIds)).map((face) => [face.id, face.imageId]));
  return items.map((item) => ({
    item,
    imageId: item.imageId ?? imageOf.get(shownFace(item) ?? '') ?? null,
  }));
}

function shownFace({ faceId, evidence }: ReviewItemRecord): string | null {
  const shown: unknown = evidence['face_ids'];
  const first: unknown = Array.isArray(shown) ? shown[0] : undefined;
  return faceId ?? (typeof first === 'string' ? first : null);
}
