// The table `images` of one tenant.
import type { ImageAgeFrom } from '../../domain/retention/retention-settings.js';
import { Prisma } from '../generated/client.js';
import type { IdPage } from '../page.js';
import type { ImageRecord } from '../records.js';
import type { Transaction } from '../transaction-client.js';

export interface ImagePage extends IdPage {
  /** Only images that show an active face of every one of these clusters. */
  readonly clusterIds?: readonly string[] | undefined;
}

type ImageRow = Omit<ImageRecord, 'turn'> & { turn: number };
const toRecord = (row: ImageRow): ImageRecord => ({ ...row, turn: row.turn as ImageRecord['turn'] });

const ageStart = (ageFrom: ImageAgeFrom): Prisma.Sql =>
  ageFrom === 'captured' ? Prisma.sql`coalesce(captured_at, created_at)` : Prisma.sql`created_at`;

export class ImageRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** Look for the bytes with `findBySha256` first: the same bytes twice break a unique key. */
  async insert(image: ImageRecord): Promise<void> {
    await this.tx.image.createMany({
      data: [{ ...image, notes: [...image.notes], tenantId: this.tenantId }],
    });
  }

  async find(id: string): Promise<ImageRecord | null> {
    const row = await this.tx.image.findUnique({
      where: { tenantId_id: { tenantId: this.tenantId, id } },
      omit: { tenantId: true },
    });
    return row && toRecord(row);
  }

  /** In the order of ids; unknown ids are left out. */
  async findMany(ids: readonly string[]): Promise<ImageRecord[]> {
    const rows = await this.tx.image.findMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
      orderBy: { id: 'asc' },
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  async findBySha256(sha256: string): Promise<ImageRecord | null> {
    const row = await this.tx.image.findUnique({
      where: { tenantId_sha256: { tenantId: this.tenantId, sha256 } },
      omit: { tenantId: true },
    });
    return row && toRecord(row);
  }

  /**
   * The other image with faces whose perceptual hash is closest, at most `distanceMax` bits away; ties go to the lower id.
   *
   * [Note: Look-alikes are scanned] One pass over a tenant's rows, exact for every distance: 12 ms at 11,000 images, 61 ms at
   * 99,000 (one core). An index over parts of the hash would cost every photo of every tenant a write, although the kind is
   * off by default, and would fix the largest distance beforehand.
   */
  async findLookAlike(
    { id, phash }: Pick<ImageRecord, 'id' | 'phash'>,
    distanceMax: number,
  ): Promise<{ readonly image: ImageRecord; readonly distance: number } | null> {
    const [found] = await this.tx.$queryRaw<{ id: string; distance: number }[]>`
      WITH wanted AS MATERIALIZED (SELECT ('x' || ${phash}::text)::bit(64) AS bits),
      measured AS (
        SELECT i.id, bit_count(('x' || i.phash)::bit(64) # wanted.bits)::int AS distance
        FROM images i CROSS JOIN wanted
        WHERE i.tenant_id = ${this.tenantId} AND i.id <> ${id}::uuid
      ),
      near AS MATERIALIZED (SELECT id, distance FROM measured WHERE distance <= ${distanceMax}::int)
      SELECT near.id, near.distance FROM near
      WHERE EXISTS (SELECT 1 FROM faces f WHERE f.tenant_id = ${this.tenantId} AND f.image_id = near.id)
      ORDER BY near.distance, near.id LIMIT 1`;
    const image = found && (await this.find(found.id));
    return found && image ? { image, distance: found.distance } : null;
  }

  /** Images whose age counts from this time or earlier; those without a day of capture count from their arrival. */
  async countAged(ageFrom: ImageAgeFrom, before: Date): Promise<number> {
    const [row] = await this.tx.$queryRaw<[{ count: number }]>`
      SELECT count(*)::int AS count FROM images
      WHERE tenant_id = ${this.tenantId} AND ${ageStart(ageFrom)} <= ${before}::timestamptz`;
    return row.count;
  }

  /** The oldest of them. */
  async listAged(ageFrom: ImageAgeFrom, before: Date, limit: number): Promise<string[]> {
    const rows = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM images
      WHERE tenant_id = ${this.tenantId} AND ${ageStart(ageFrom)} <= ${before}::timestamptz
      ORDER BY ${ageStart(ageFrom)}, id LIMIT ${limit}::int`;
    return rows.map(({ id }) => id);
  }

  /** Newest first. */
  async list({ limit, after, clusterIds = [] }: ImagePage): Promise<ImageRecord[]> {
    const rows = await this.tx.image.findMany({
      where: {
        tenantId: this.tenantId,
        ...(after === undefined ? {} : { id: { lt: after } }),
        AND: clusterIds.map((clusterId) => ({ faces: { some: { clusterId, state: 'active' } } })),
      },
      orderBy: { id: 'desc' },
      take: limit,
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  /** Oldest first. @param clusterId Only images that show an active face of it. */
  async listOldest({
    limit,
    after,
    clusterId,
  }: IdPage & { clusterId?: string | undefined }): Promise<ImageRecord[]> {
    const rows = await this.tx.image.findMany({
      where: {
        tenantId: this.tenantId,
        ...(after === undefined ? {} : { id: { gt: after } }),
        ...(clusterId === undefined ? {} : { faces: { some: { clusterId, state: 'active' } } }),
      },
      orderBy: { id: 'asc' },
      take: limit,
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  /**
   * Deletes the image with its faces, their embeddings and the constraints that name them. Centroids of the clusters that
   * lose faces are the caller's to recompute. @returns What was deleted, or null when it is unknown.
   */
  async delete(id: string): Promise<ImageRecord | null> {
    const image = await this.find(id);
    if (image) await this.tx.image.deleteMany({ where: { tenantId: this.tenantId, id } });
    return image;
  }
}
