// The table `face_embeddings` of one tenant: write-once vectors and the search over them.
import { Embedding, oneSpace } from '../../domain/face/embedding.js';
import { Prisma } from '../generated/client.js';
import {
  asEmbedding,
  asVector,
  directionSimilarity,
  sameSpace,
  distance,
  embeddingFromText,
  similarityOf,
  unitSimilarity,
  vectorText,
} from '../vectors/pgvector.js';
import { breadthIsSet } from '../vectors/index-search.js';
import type { ClusterState } from '../records.js';
import { loopsAgain, TenantSearch } from '../vectors/tenant-search.js';
import type { Transaction } from '../transaction-client.js';

export interface FaceEmbeddingRecord {
  readonly faceId: string;
  readonly embedding: Embedding;
}

export interface NearestOptions {
  /** Faces wanted per probe, at least 1. */
  readonly limit: number;
  /** Least similarity, -1..1. */
  readonly similarityMin: number;
  readonly excludeFaceIds?: readonly string[] | undefined;
}

export interface NearestFace {
  readonly faceId: string;
  readonly clusterId: string;
  readonly imageId: string;
  /** Cosine, -1..1. */
  readonly similarity: number;
  /** What an assignment has to know of the face's cluster, so that it need not ask again. */
  readonly cluster: NearestCluster;
}

export interface NearestCluster {
  readonly state: Exclude<ClusterState, 'merged'>;
  readonly label: string | null;
  /** Active faces in the probe's space. */
  readonly faceCount: number;
  /** Cosine of probe and centroid, -1..1. */
  readonly centroidSimilarity: number;
}

interface NearestRow extends Omit<NearestFace, 'cluster'>, NearestCluster {
  readonly probe: number;
}

export interface FaceSimilarity {
  readonly faceId: string;
  /** Cosine, -1..1. */
  readonly similarity: number;
}

/** Faces that stand for a cluster, against one probe; the lists have one order. */
export interface ClusterSample {
  readonly clusterId: string;
  readonly faceIds: readonly string[];
  /** 0..1 */
  readonly qualities: readonly number[];
  /** Cosines with the probe, -1..1. */
  readonly similarities: readonly number[];
}

export class EmbeddingRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
    private readonly search = new TenantSearch(tx, tenantId),
  ) {}

  /** The faces must be there already. */
  async insertMany(embeddings: readonly FaceEmbeddingRecord[]): Promise<void> {
    if (embeddings.length === 0) return;
    await this.tx.$executeRaw`
      INSERT INTO face_embeddings (tenant_id, face_id, space, embedding)
      SELECT ${this.tenantId}, face_id, space, ${asEmbedding(Prisma.sql`embedding`)}
      FROM unnest(${embeddings.map(({ faceId }) => faceId)}::uuid[],
                  ${embeddings.map(({ embedding }) => embedding.space)}::text[],
                  ${embeddings.map(({ embedding }) => vectorText(embedding.values))}::text[])
        AS incoming(face_id, space, embedding)`;
  }

  /**
   * The stored faces that are closest to each probe: active faces in clusters that are not merged, of the probe's space
   * only. One round trip for all probes; exact, but for a tenant that has an index of its own (see vector-indexes.ts). Ties go
   * to the lower face id.
   * @param probes Embeddings of one space. Throws RangeError when they are of several.
   * @returns One list per probe, in the order of the probes, closest first.
   */
  async nearest(probes: readonly Embedding[], options: NearestOptions): Promise<NearestFace[][]> {
    const [first] = probes;
    if (!first) return [];
    const space = oneSpace(probes);
    await this.search.prepare(space);
    const rows = await this.tx.$queryRaw<NearestRow[]>`
      WITH probes AS MATERIALIZED (
        SELECT ordinal::int AS ordinal, ${asVector(Prisma.sql`text`)} AS direction, ${asEmbedding(Prisma.sql`text`)} AS probe
        FROM unnest(${probes.map(({ values }) => vectorText(values))}::text[]) WITH ORDINALITY AS given(text, ordinal)
        WHERE ${breadthIsSet(this.tenantId, space)} AND ${loopsAgain}
      )
      SELECT probes.ordinal - 1 AS probe, near.face_id AS "faceId", near.cluster_id AS "clusterId",
             near.image_id AS "imageId", ${similarityOf(Prisma.sql`near.distance`)} AS similarity, near.state, near.label,
             held.face_count AS "faceCount",
             ${directionSimilarity(Prisma.sql`held.sum`, Prisma.sql`probes.direction`)} AS "centroidSimilarity"
      FROM probes CROSS JOIN LATERAL (
        SELECT e.face_id, e.space, f.cluster_id, f.image_id, c.state, c.label,
               ${distance(Prisma.sql`e.embedding`, Prisma.sql`probes.probe`)} AS distance
        FROM face_embeddings e
        JOIN faces f ON f.tenant_id = e.tenant_id AND f.id = e.face_id
        JOIN clusters c ON c.tenant_id = f.tenant_id AND c.id = f.cluster_id
        WHERE e.tenant_id = ${this.tenantId} AND e.space = ${space}
          AND f.state = 'active' AND c.state <> 'merged'
          AND e.face_id <> ALL (${[...(options.excludeFaceIds ?? [])]}::uuid[])
        ORDER BY distance, e.face_id
        LIMIT ${options.limit}::int
      ) AS near
      JOIN cluster_centroids held
        ON held.tenant_id = ${this.tenantId} AND held.cluster_id = near.cluster_id AND held.space = ${space}
      WHERE ${similarityOf(Prisma.sql`near.distance`)} >= ${options.similarityMin}::float8
        AND ${sameSpace(Prisma.sql`near.space`, Prisma.sql`${space}`)} AND ${sameSpace(Prisma.sql`held.space`, Prisma.sql`${space}`)}
      ORDER BY probes.ordinal, near.distance, near.face_id`;
    const lists: NearestFace[][] = probes.map(() => []);
    for (const { probe, state, label, faceCount, centroidSimilarity, ...face } of rows)
      lists[probe]!.push({ ...face, cluster: { state, label, faceCount, centroidSimilarity } });
    return lists;
  }

  /**
   * Similarity of each probe to each of the faces that have an embedding in the probe's space, whatever their state.
   * @returns One list per probe, in the order of face ids.
   */
  async similarities(probes: readonly Embedding[], faceIds: readonly string[]): Promise<FaceSimilarity[][]> {
    if (probes.length === 0) return [];
    const rows = await this.tx.$queryRaw<({ probe: number } & FaceSimilarity)[]>`
      WITH probes AS MATERIALIZED (
        SELECT ordinal::int AS ordinal, space, ${asEmbedding(Prisma.sql`text`)} AS probe
        FROM unnest(${probes.map(({ space }) => space)}::text[],
                    ${probes.map(({ values }) => vectorText(values))}::text[])
          WITH ORDINALITY AS given(space, text, ordinal)
      )
      SELECT probes.ordinal - 1 AS probe, e.face_id AS "faceId",
             ${unitSimilarity(Prisma.sql`e.embedding`, Prisma.sql`probes.probe`)} AS similarity
      FROM probes JOIN face_embeddings e ON e.space = probes.space
      WHERE e.tenant_id = ${this.tenantId} AND e.face_id = ANY (${[...faceIds]}::uuid[])
        AND ${sameSpace(Prisma.sql`e.space`, Prisma.sql`probes.space`)}
      ORDER BY probes.ordinal, e.face_id`;
    const lists: FaceSimilarity[][] = probes.map(() => []);
    for (const { probe, ...face } of rows) lists[probe]!.push(face);
    return lists;
  }

  /**
   * Some faces of clusters against probes of one space: the first and the latest of each, which an index finds however many
   * there are.
   * @param clusterIds For each probe the clusters that it is compared with. @param each Of either end, at least 1.
   * @returns One list per probe, in the order of cluster ids; clusters without a face in that space are left out.
   */
  async samples(
    probes: readonly Embedding[],
    clusterIds: readonly (readonly string[])[],
    each: number,
  ): Promise<ClusterSample[][]> {
    const lists: ClusterSample[][] = probes.map(() => []);
    const wanted = clusterIds.flatMap((ids, i) => ids.map((id) => ({ id, ordinal: i + 1 })));
    if (wanted.length === 0) return lists;
    const end = (order: Prisma.Sql): Prisma.Sql => Prisma.sql`(
      SELECT f.id, f.quality FROM faces f
      WHERE f.tenant_id = ${this.tenantId} AND f.cluster_id = wanted.cluster_id AND f.state = 'active'
      ORDER BY f.id ${order} LIMIT ${each}::int)`;
    const rows = await this.tx.$queryRaw<({ probe: number } & ClusterSample)[]>`
      WITH probes AS MATERIALIZED (
        SELECT ordinal::int AS ordinal, ${asEmbedding(Prisma.sql`text`)} AS probe
        FROM unnest(${probes.map(({ values }) => vectorText(values))}::text[]) WITH ORDINALITY AS given(text, ordinal)
      )
      SELECT probes.ordinal - 1 AS probe, wanted.cluster_id AS "clusterId",
             array_agg(sample.id::text ORDER BY sample.id) AS "faceIds",
             array_agg(sample.quality::float8 ORDER BY sample.id) AS qualities,
             array_agg(${unitSimilarity(Prisma.sql`e.embedding`, Prisma.sql`probes.probe`)} ORDER BY sample.id) AS similarities
      FROM unnest(${wanted.map(({ ordinal }) => ordinal)}::int[], ${wanted.map(({ id }) => id)}::uuid[])
        AS wanted(ordinal, cluster_id)
      JOIN probes ON probes.ordinal = wanted.ordinal
      CROSS JOIN LATERAL (
        ${end(Prisma.sql`ASC`)} UNION ${end(Prisma.sql`DESC`)}
      ) AS sample
      JOIN face_embeddings e
        ON e.tenant_id = ${this.tenantId} AND e.face_id = sample.id AND e.space = ${oneSpace(probes)}
          AND ${sameSpace(Prisma.sql`e.space`, Prisma.sql`${oneSpace(probes)}`)}
      GROUP BY probes.ordinal, wanted.cluster_id
      ORDER BY probes.ordinal, wanted.cluster_id`;
    for (const { probe, ...sample } of rows) lists[probe]!.push(sample);
    return lists;
  }

  /** The embeddings of the faces in one space, in the order of face ids; faces without one are left out. */
  async load(faceIds: readonly string[], space: string): Promise<FaceEmbeddingRecord[]> {
    const rows = await this.tx.$queryRaw<{ faceId: string; text: string }[]>`
      SELECT face_id AS "faceId", embedding::text AS text
      FROM face_embeddings
      WHERE tenant_id = ${this.tenantId} AND space = ${space} AND face_id = ANY (${[...faceIds]}::uuid[])
      ORDER BY face_id`;
    return rows.map(({ faceId, text }) => ({ faceId, embedding: embeddingFromText(space, text) }));
  }

  /** Embeddings of the tenant in one space; `limit` stands for that many or more. */
  async countUpTo(space: string, limit: number): Promise<number> {
    const [row] = await this.tx.$queryRaw<[{ count: number }]>`
      SELECT count(*)::int AS count FROM (
        SELECT 1 FROM face_embeddings WHERE tenant_id = ${this.tenantId} AND space = ${space} LIMIT ${limit}::int
      ) AS counted`;
    return row.count;
  }

  /** Erases the vectors of the faces in every space; the faces stay. @returns Vectors deleted. */
  async deleteByFaceIds(faceIds: readonly string[]): Promise<number> {
    const { count } = await this.tx.faceEmbedding.deleteMany({
      where: { tenantId: this.tenantId, faceId: { in: [...faceIds] } },
    });
    return count;
  }
}
