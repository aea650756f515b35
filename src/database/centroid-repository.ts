// The table `cluster_centroids` of one tenant: per cluster and space the sum of its active faces' embeddings.
import { Embedding } from '../domain/face/embedding.js';
import { Prisma } from './generated/client.js';
import { asVector, directionSimilarity, embeddingFromText, sameSpace, vectorText } from './pgvector.js';
import type { Transaction } from './transaction-client.js';

export interface ClusterSimilarity {
  readonly clusterId: string;
  /** Cosine of probe and centroid, -1..1. */
  readonly similarity: number;
}

export interface CentroidRecord {
  readonly clusterId: string;
  /** Direction of the sum. */
  readonly centroid: Embedding;
  /** Active faces with an embedding in this space. */
  readonly faceCount: number;
}

export interface NearestClustersOptions {
  /** Clusters wanted per probe, at least 1. */
  readonly limit: number;
  /** Least similarity, -1..1. */
  readonly similarityMin: number;
  readonly excludeClusterIds?: readonly string[] | undefined;
}

export class CentroidRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** Adds faces with their embeddings, as they are stored (half precision), to the clusters that they have just joined. */
  async addStored(faceIds: readonly string[]): Promise<void> {
    if (faceIds.length === 0) return;
    await this.tx.$executeRaw`
      INSERT INTO cluster_centroids AS held (tenant_id, cluster_id, space, sum, face_count)
      SELECT f.tenant_id, f.cluster_id, e.space, sum(${asVector(Prisma.sql`e.embedding`)} ORDER BY e.face_id), count(*)
      FROM faces f JOIN face_embeddings e ON e.tenant_id = f.tenant_id AND e.face_id = f.id
      WHERE f.tenant_id = ${this.tenantId} AND f.id = ANY (${[...faceIds]}::uuid[])
        AND f.cluster_id IS NOT NULL AND f.state = 'active'
      GROUP BY f.tenant_id, f.cluster_id, e.space
      ORDER BY f.cluster_id
      ON CONFLICT (tenant_id, cluster_id, space)
      DO UPDATE SET sum = held.sum + excluded.sum, face_count = held.face_count + excluded.face_count`;
  }

  /**
   * Makes the centroids of the clusters anew from their active faces, in every space; a cluster without active faces
   * loses its centroids. The sum is made in the order of face ids: the same faces give the same bits.
   */
  async recompute(clusterIds: readonly string[]): Promise<void> {
    if (clusterIds.length === 0) return;
    const ids = [...clusterIds];
    await this.tx.$executeRaw`
      DELETE FROM cluster_centroids WHERE tenant_id = ${this.tenantId} AND cluster_id = ANY (${ids}::uuid[])`;
    await this.tx.$executeRaw`
      INSERT INTO cluster_centroids (tenant_id, cluster_id, space, sum, face_count)
      SELECT f.tenant_id, f.cluster_id, e.space, sum(${asVector(Prisma.sql`e.embedding`)} ORDER BY e.face_id), count(*)
      FROM faces f JOIN face_embeddings e ON e.tenant_id = f.tenant_id AND e.face_id = f.id
      WHERE f.tenant_id = ${this.tenantId} AND f.cluster_id = ANY (${ids}::uuid[]) AND f.state = 'active'
      GROUP BY f.tenant_id, f.cluster_id, e.space`;
  }

  /** Makes the centroids of all clusters in one space anew, as `recompute` does. */
  async rebuild(space: string): Promise<void> {
    await this.tx.clusterCentroid.deleteMany({ where: { tenantId: this.tenantId, space } });
    await this.tx.$executeRaw`
      INSERT INTO cluster_centroids (tenant_id, cluster_id, space, sum, face_count)
      SELECT f.tenant_id, f.cluster_id, e.space, sum(${asVector(Prisma.sql`e.embedding`)} ORDER BY e.face_id), count(*)
      FROM faces f JOIN face_embeddings e ON e.tenant_id = f.tenant_id AND e.face_id = f.id
      WHERE f.tenant_id = ${this.tenantId} AND e.space = ${space} AND f.cluster_id IS NOT NULL AND f.state = 'active'
      GROUP BY f.tenant_id, f.cluster_id, e.space`;
  }

  /** The centroids of the clusters in one space, in the order of cluster ids; clusters without one are left out. */
  async load(clusterIds: readonly string[], space: string): Promise<CentroidRecord[]> {
    const rows = await this.tx.$queryRaw<{ clusterId: string; text: string; faceCount: number }[]>`
      SELECT cluster_id AS "clusterId", sum::text AS text, face_count AS "faceCount"
      FROM cluster_centroids
      WHERE tenant_id = ${this.tenantId} AND space = ${space} AND cluster_id = ANY (${[...clusterIds]}::uuid[])
      ORDER BY cluster_id`;
    return rows.map(({ clusterId, text, faceCount }) => ({
      clusterId,
      faceCount,
      centroid: embeddingFromText(space, text),
    }));
  }

  /**
   * Similarity of each probe to the centroid of each of the clusters, in the probe's space.
   * @returns One list per probe, in the order of cluster ids; clusters without a centroid in that space are left out.
   */
  async similarities(
    probes: readonly Embedding[],
    clusterIds: readonly string[],
  ): Promise<ClusterSimilarity[][]> {
    const rows = await this.compare(
      probes,
      Prisma.sql`c.cluster_id = ANY (${[...clusterIds]}::uuid[])`,
      Prisma.sql`ORDER BY c.cluster_id`,
    );
    return rows;
  }

  /**
   * The clusters whose centroids are closest to each probe, in the probe's space; merged clusters are left out.
   * @returns One list per probe, closest first, ties by cluster id.
   */
  async nearest(
    probes: readonly Embedding[],
    options: NearestClustersOptions,
  ): Promise<ClusterSimilarity[][]> {
    const lists = await this.compare(
      probes,
      Prisma.sql`c.cluster_id <> ALL (${[...(options.excludeClusterIds ?? [])]}::uuid[])
        AND EXISTS (SELECT 1 FROM clusters held
          WHERE held.tenant_id = c.tenant_id AND held.id = c.cluster_id AND held.state <> 'merged')`,
      Prisma.sql`ORDER BY similarity DESC, c.cluster_id LIMIT ${options.limit}::int`,
    );
    return lists.map((list) => list.filter(({ similarity }) => similarity >= options.similarityMin));
  }

  private async compare(
    probes: readonly Embedding[],
    where: Prisma.Sql,
    order: Prisma.Sql,
  ): Promise<ClusterSimilarity[][]> {
    if (probes.length === 0) return [];
    const rows = await this.tx.$queryRaw<({ probe: number } & ClusterSimilarity)[]>`
      WITH probes AS MATERIALIZED (
        SELECT ordinal::int AS ordinal, space, ${asVector(Prisma.sql`text`)} AS probe
        FROM unnest(${probes.map(({ space }) => space)}::text[],
                    ${probes.map(({ values }) => vectorText(values))}::text[])
          WITH ORDINALITY AS given(space, text, ordinal)
      )
      SELECT probes.ordinal - 1 AS probe, near.cluster_id AS "clusterId", near.similarity
      FROM probes CROSS JOIN LATERAL (
        SELECT c.cluster_id, c.space, ${directionSimilarity(Prisma.sql`c.sum`, Prisma.sql`probes.probe`)} AS similarity
        FROM cluster_centroids c
        WHERE c.tenant_id = ${this.tenantId} AND c.space = probes.space AND ${where}
        ${order}
      ) AS near
      WHERE ${sameSpace(Prisma.sql`near.space`, Prisma.sql`probes.space`)}`;
    const lists: ClusterSimilarity[][] = probes.map(() => []);
    for (const { probe, ...cluster } of rows) lists[probe]!.push(cluster);
    return lists;
  }
}
