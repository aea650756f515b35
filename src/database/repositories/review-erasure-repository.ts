// The table `review_items` of one tenant, as an erasure sees it: what is about faces, clusters and images that go, and what is forgotten of it.
import type { Transaction } from '../transaction-client.js';

export class ReviewErasureRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** Ids of open and claimed items about the image itself, in their order. */
  async findOpenAboutImage(imageId: string): Promise<string[]> {
    const rows = await this.tx.reviewItem.findMany({
      where: {
        tenantId: this.tenantId,
        state: { in: ['open', 'claimed'] },
        OR: [{ imageId }, { otherImageId: imageId }],
      },
      orderBy: { id: 'asc' },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** Empties the evidence of items of any state: it names what is erased. @returns Items changed. */
  async emptyEvidence(ids: readonly string[]): Promise<number> {
    const { count } = await this.tx.reviewItem.updateMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
      data: { evidence: {}, version: { increment: 1 }, updatedAt: new Date() },
    });
    return count;
  }

  /** Ids of items of any state about one of the faces or clusters, or about the image. */
  async idsAbout(about: {
    readonly faceIds: readonly string[];
    readonly clusterIds: readonly string[];
    readonly imageId: string | null;
  }): Promise<string[]> {
    const [faces, clusters] = [[...about.faceIds], [...about.clusterIds]];
    const rows = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM review_items
      WHERE tenant_id = ${this.tenantId}
        AND (face_id = ANY (${faces}::uuid[]) OR cluster_id = ANY (${clusters}::uuid[])
          OR other_cluster_id = ANY (${clusters}::uuid[])
          OR image_id = ${about.imageId}::uuid OR other_image_id = ${about.imageId}::uuid)`;
    return rows.map(({ id }) => id);
  }

  /**
   * Takes out of those of the items that are closed what people wrote and what the machine measured; that and how they were
   * answered stays, for statistics. @returns Items changed.
   */
  async forgetClosed(ids: readonly string[]): Promise<number> {
    return this.tx.$executeRaw`
      UPDATE review_items
      SET evidence = '{}', notes = '[]', skips = '[]', outcome = outcome - 'label' - 'external_ref', similarity = NULL,
          probability = NULL, version = version + 1, updated_at = now()
      WHERE tenant_id = ${this.tenantId} AND state NOT IN ('open', 'claimed') AND id = ANY (${[...ids]}::uuid[])`;
  }
}
