// The faces of one tenant as a gallery: which of them a picture of it shows, whose they are, and which are doubtful. Reading only.
import { Prisma } from '../generated/client.js';
import { loopsAgain, TenantSearch } from '../vectors/tenant-search.js';
import type { Transaction } from '../transaction-client.js';

export interface GalleryFace {
  readonly faceId: string;
  readonly clusterId: string | null;
  /** An open question is about this face, or no person looked and its probability is under `accept`. */
  readonly doubtful: boolean;
}

export interface GallerySample {
  /** Faces with an embedding in the space that were not dismissed. */
  readonly faceCount: number;
  readonly faces: readonly GalleryFace[];
}

export class GalleryRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
    private readonly search = new TenantSearch(tx, tenantId),
  ) {}

  /**
   * At most `limit` faces, in the order of a hash of their ids: a sample that is the same each time, and that hardly changes when
   * faces come or go.
   * @param accept Probability (0..1) from which an unseen face is not doubtful.
   */
  async sample(space: string, limit: number, accept: number): Promise<GallerySample> {
    const shown = Prisma.sql`FROM faces f JOIN face_embeddings e
      ON e.tenant_id = f.tenant_id AND e.face_id = f.id AND e.space = ${space}
      WHERE f.tenant_id = ${this.tenantId} AND f.state <> 'dismissed'`;
    await this.search.prepare(space);
    const [counted] = await this.tx.$queryRaw<[{ count: number }]>`SELECT count(*)::int AS count ${shown}`;
    const faces = await this.tx.$queryRaw<GalleryFace[]>`
      SELECT sampled.id AS "faceId", sampled.cluster_id AS "clusterId",
             (NOT sampled.locked AND coalesce(sampled.probability < ${accept}::float8, false))
             OR EXISTS (SELECT 1 FROM review_items r WHERE r.tenant_id = ${this.tenantId}
                        AND r.face_id = sampled.id AND r.state IN ('open', 'claimed')) AS doubtful
      FROM (SELECT f.id, f.cluster_id, f.locked, f.probability ${shown}
            ORDER BY md5(f.id::text), f.id LIMIT ${limit}::int) AS sampled
      WHERE ${loopsAgain}
      ORDER BY md5(sampled.id::text), sampled.id`;
    return { faceCount: counted.count, faces };
  }
}
