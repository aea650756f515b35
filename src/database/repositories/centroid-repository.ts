// The table `cluster_centroids` of one tenant: per cluster and space the sum of its active faces' embeddings.
import { Embedding, oneSpace } from '../../domain/face/embedding.js';
import { Prisma } from '../generated/client.js';
import { breadthIsSet } from '../vectors/index-search.js';
import {
  asEmbedding,
  asVector,
  directionSimilarity,
  distance,
  embeddingFromText,
  sameSpace,
  vectorText,
} from '../vectors/pgvector.js';
import { loopsAgain, TenantSearch } from '../vectors/tenant-search.js';
import type { Transaction } from '../transaction-client.js';

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
  /** The cluster of each probe, in the order of the probes: no answer to it. */
  readonly ownClusterIds?: readonly string[] | undefined;
}

/** Nearest faces whose clusters are looked at where the tenant is too large to compare with all. */
const FACES_REACHED = 100;
/** No cluster has it. */
const NO_CLUSTER = '00000000-0000-0000-0000-000000000000';
const ALL = Prisma.sql`cluster_centroids c`;

export class CentroidRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
    private readonly search = new TenantSearch(tx, tenantId),
  ) {}

  /** Adds faces with their embeddings, as they are stored (half precision), to the clusters that they have just joined. */
  async addStored(faceIds: readonly string[]): Promise<void> {
    if (faceIds.length === 0) return;
    await this.tx.$executeRaw`
      INSERT INTO cluster_centroids AS held (tenant_id, cluster_id, space, sum, face_count)
      ${this.sums(Prisma.sql`f.id = ANY (${[...faceIds]}::uuid[])`)}
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
      ${this.sums(Prisma.sql`f.cluster_id = ANY (${ids}::uuid[])`)}`;
  }

  /** Makes the centroids of all clusters in one space anew, as `recompute` does. */
  async rebuild(space: string): Promise<void> {
    await this.tx.clusterCentroid.deleteMany({ where: { tenantId: this.tenantId, space } });
    await this.tx.$executeRaw`
      INSERT INTO cluster_centroids (tenant_id, cluster_id, space, sum, face_count)
      ${this.sums(Prisma.sql`e.space = ${space}`)}`;
  }

  /** Rows of centroids summed over active faces in the order of their ids. @param which Condition on faces `f` and embeddings `e`. */
  private sums(which: Prisma.Sql): Prisma.Sql {
    return Prisma.sql`
      SELECT f.tenant_id, f.cluster_id, e.space, sum(${asVector(Prisma.sql`e.embedding`)} ORDER BY e.face_id), count(*)
      FROM faces f JOIN face_embeddings e ON e.tenant_id = f.tenant_id AND e.face_id = f.id
      WHERE f.tenant_id = ${this.tenantId} AND f.cluster_id IS NOT NULL AND f.state = 'active' AND ${which}
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
    return this.compare(probes, {
      from: ALL,
      where: Prisma.sql`c.cluster_id = ANY (${[...clusterIds]}::uuid[])`,
      order: Prisma.sql`ORDER BY c.cluster_id`,
    });
  }

  /**
   * The clusters whose centroids are closest to each probe; merged clusters are left out. Exact, but for a tenant that has an index of
   * its own: there the clusters of the faces are compared that the index finds nearest.
   * @param probes Of one space. Throws RangeError when they are of several.
   * @returns One list per probe, closest first, ties by cluster id.
   */
  async nearest(
    probes: readonly Embedding[],
    { limit, similarityMin, ownClusterIds = [] }: NearestClustersOptions,
  ): Promise<ClusterSimilarity[][]> {
    if (probes.length === 0) return [];
    const space = oneSpace(probes);
    const lists = await this.compare(
      probes,
      {
        from: (await this.search.prepareIndexed(space)) ? this.reached(space) : ALL,
        where: Prisma.sql`c.cluster_id <> probes.own
          AND EXISTS (SELECT 1 FROM clusters held
            WHERE held.tenant_id = c.tenant_id AND held.id = c.cluster_id AND held.state <> 'merged')`,
        order: Prisma.sql`ORDER BY similarity DESC, c.cluster_id LIMIT ${limit}::int`,
      },
      ownClusterIds,
    );
    return lists.map((list) => list.filter(({ similarity }) => similarity >= similarityMin));
  }

  /** The clusters of the faces nearest to a probe, as the tenant's index finds them. */
  private reached(space: string): Prisma.Sql {
    return Prisma.sql`(
      SELECT DISTINCT near.cluster_id FROM (
        SELECT e.space, f.cluster_id, ${distance(Prisma.sql`e.embedding`, Prisma.sql`probes.embedding`)} AS distance
        FROM face_embeddings e JOIN faces f ON f.tenant_id = e.tenant_id AND f.id = e.face_id
        WHERE e.tenant_id = ${this.tenantId} AND e.space = ${space} AND f.state = 'active' AND f.cluster_id <> probes.own
          AND ${breadthIsSet(this.tenantId, space)}
        ORDER BY distance LIMIT ${FACES_REACHED}::int
      ) AS near
      WHERE ${sameSpace(Prisma.sql`near.space`, Prisma.sql`probes.space`)}
    ) AS reached JOIN cluster_centroids c ON c.cluster_id = reached.cluster_id`;
  }

  private async compare(
    probes: readonly Embedding[],
    {
      from,
      where,
      order,
    }: { readonly from: Prisma.Sql; readonly where: Prisma.Sql; readonly order: Prisma.Sql },
    ownClusterIds: readonly string[] = [],
  ): Promise<ClusterSimilarity[][]> {
    if (probes.length === 0) return [];
    const rows = await this.tx.$queryRaw<({ probe: number } & ClusterSimilarity)[]>`
      WITH probes AS MATERIALIZED (
        SELECT ordinal::int AS ordinal, space, ${asVector(Prisma.sql`text`)} AS probe, ${asEmbedding(Prisma.sql`text`)} AS embedding,
               COALESCE(own, ${NO_CLUSTER}::uuid) AS own
        FROM unnest(${probes.map(({ space }) => space)}::text[],
                    ${probes.map(({ values }) => vectorText(values))}::text[],
                    ${[...ownClusterIds]}::uuid[])
          WITH ORDINALITY AS given(space, text, own, ordinal)
        WHERE ${loopsAgain}
      )
      SELECT probes.ordinal - 1 AS probe, near.cluster_id AS "clusterId", near.similarity
      FROM probes CROSS JOIN LATERAL (
        SELECT c.cluster_id, c.space, ${directionSimilarity(Prisma.sql`c.sum`, Prisma.sql`probes.probe`)} AS similarity
        FROM ${from}
        WHERE c.tenant_id = ${this.tenantId} AND c.space = probes.space AND ${where}
        ${order}
      ) AS near
      WHERE ${sameSpace(Prisma.sql`near.space`, Prisma.sql`probes.space`)}`;
    const lists: ClusterSimilarity[][] = probes.map(() => []);
    for (const { probe, ...cluster } of rows) lists[probe]!.push(cluster);
    return lists;
  }
}
