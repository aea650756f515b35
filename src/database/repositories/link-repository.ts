// Who of one tenant's stored faces is close to which other one: the links that consolidation follows.
import { Prisma } from '../generated/client.js';
import { breadthIsSet } from '../vectors/index-search.js';
import { distance, sameSpace, similarityOf, unitSimilarity } from '../vectors/pgvector.js';
import { loopsAgain, TenantSearch } from '../vectors/tenant-search.js';
import type { Transaction } from '../transaction-client.js';

export interface LinkedFace {
  readonly faceId: string;
  /** Cosine (-1..1) to the closest of the faces that were asked about. */
  readonly similarity: number;
}

export interface NeighbourOptions {
  /** Least similarity, -1..1. */
  readonly similarityMin: number;
  /** Faces wanted for each one asked about, at least 1. */
  readonly limit: number;
  /** Faces of this cluster are no answer; null: all are. */
  readonly outsideCluster: string | null;
}

export class LinkRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
    private readonly search = new TenantSearch(tx, tenantId),
  ) {}

  /**
   * All other faces that come this close to one of the faces, exactly: every vector of the tenant is looked at.
   * @param similarityMin -1..1
   */
  async exact(faceIds: readonly string[], space: string, similarityMin: number): Promise<LinkedFace[]> {
    if (faceIds.length === 0) return [];
    const similarity = unitSimilarity(Prisma.sql`e.embedding`, Prisma.sql`probes.probe`);
    return this.tx.$queryRaw`
      WITH probes AS MATERIALIZED (${this.probes(faceIds, space)})
      SELECT e.face_id AS "faceId", max(${similarity}) AS similarity
      FROM face_embeddings e CROSS JOIN probes
      WHERE e.tenant_id = ${this.tenantId} AND e.space = ${space} AND ${sameSpace(Prisma.sql`e.space`, Prisma.sql`probes.space`)}
        AND e.face_id <> ALL (${[...faceIds]}::uuid[]) AND ${similarity} >= ${similarityMin}::float8
      GROUP BY e.face_id ORDER BY e.face_id`;
  }

  /** The nearest other faces of each face, as the tenant's own index finds them; exactly where it has none. */
  async nearest(
    faceIds: readonly string[],
    space: string,
    { similarityMin, limit, outsideCluster }: NeighbourOptions,
  ): Promise<LinkedFace[]> {
    if (faceIds.length === 0) return [];
    const similarity = similarityOf(Prisma.sql`near.distance`);
    await this.search.prepare(space);
    return this.tx.$queryRaw`
      WITH probes AS MATERIALIZED (${this.probes(faceIds, space)} AND ${breadthIsSet(this.tenantId, space)} AND ${loopsAgain})
      SELECT near.face_id AS "faceId", max(${similarity}) AS similarity
      FROM probes CROSS JOIN LATERAL (
        SELECT e.face_id, e.space, ${distance(Prisma.sql`e.embedding`, Prisma.sql`probes.probe`)} AS distance
        FROM face_embeddings e JOIN faces f ON f.tenant_id = e.tenant_id AND f.id = e.face_id
        WHERE e.tenant_id = ${this.tenantId} AND e.space = ${space} AND f.state <> 'dismissed'
          AND (f.cluster_id IS NULL OR ${outsideCluster}::uuid IS NULL OR f.cluster_id <> ${outsideCluster}::uuid)
          AND e.face_id <> ALL (${[...faceIds]}::uuid[])
        ORDER BY distance LIMIT ${limit}::int
      ) AS near
      WHERE ${similarity} >= ${similarityMin}::float8 AND ${sameSpace(Prisma.sql`near.space`, Prisma.sql`probes.space`)}
      GROUP BY near.face_id ORDER BY near.face_id`;
  }

  private probes(faceIds: readonly string[], space: string): Prisma.Sql {
    return Prisma.sql`SELECT space, embedding AS probe FROM face_embeddings
      WHERE tenant_id = ${this.tenantId} AND space = ${space} AND face_id = ANY (${[...faceIds]}::uuid[])`;
  }
}
