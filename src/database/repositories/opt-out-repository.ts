// The table `opt_outs` of one tenant: what is kept of people who must not be grouped. One vector a person and space, the sum of those
// of the faces that were erased.
import type { Embedding } from '../../domain/face/embedding.js';
import { Prisma } from '../generated/client.js';
import type { IdPage } from '../page.js';
import {
  asVector,
  directionSimilarity,
  distance,
  sameSpace,
  similarityOf,
  vectorText,
} from '../vectors/pgvector.js';
import type { OptOutRecord } from '../records.js';
import type { Transaction } from '../transaction-client.js';

export interface OptOutMatch {
  readonly optOutId: string;
  /** Mean cosine similarity to the faces that the person had, -1..1. */
  readonly meanSimilarity: number;
  /** Cosine similarity to their sum, -1..1. */
  readonly centroidSimilarity: number;
  /** Faces in the sum, >= 1. */
  readonly faceCount: number;
}

export class OptOutRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
    /** Came with the tenant's lock. */
    private readonly heldCount?: number,
  ) {}

  /** Keeps the sums of a cluster's faces, before they are erased. @returns Rows kept: one a space. */
  async keepOfCluster(
    clusterId: string,
    { id, reference, createdAt }: Omit<OptOutRecord, 'spaces' | 'faceCount'>,
  ): Promise<number> {
    const kept = await this.tx.$executeRaw`
      INSERT INTO opt_outs (tenant_id, id, space, sum, face_count, reference, created_at)
      SELECT tenant_id, ${id}::uuid, space, sum, face_count, ${reference}, ${createdAt}::timestamptz
      FROM cluster_centroids WHERE tenant_id = ${this.tenantId} AND cluster_id = ${clusterId}::uuid`;
    await this.count();
    return kept;
  }

  /**
   * The person who must not be grouped and is closest to each probe; null: there is none in the probe's space.
   * @param probes Embeddings of one space. @returns One answer a probe, in their order.
   */
  async closest(probes: readonly Embedding[]): Promise<(OptOutMatch | null)[]> {
    const [first] = probes;
    if (first === undefined || this.heldCount === 0) return probes.map(() => null);
    const rows = await this.tx.$queryRaw<({ probe: number } & OptOutMatch)[]>`
      WITH probes AS MATERIALIZED (
        SELECT ordinal::int AS ordinal, ${asVector(Prisma.sql`text`)} AS probe
        FROM unnest(${probes.map(({ values }) => vectorText(values))}::text[]) WITH ORDINALITY AS given(text, ordinal)
      )
      SELECT probes.ordinal - 1 AS probe, near.id AS "optOutId", near.mean AS "meanSimilarity",
             near.direction AS "centroidSimilarity", near.face_count AS "faceCount"
      FROM probes CROSS JOIN LATERAL (
        SELECT o.id, o.space, o.face_count,
               ${similarityOf(Prisma.sql`${distance(Prisma.sql`o.sum`, Prisma.sql`probes.probe`)} / o.face_count`)} AS mean,
               ${directionSimilarity(Prisma.sql`o.sum`, Prisma.sql`probes.probe`)} AS direction
        FROM opt_outs o WHERE o.tenant_id = ${this.tenantId} AND o.space = ${first.space}
        ORDER BY mean DESC, o.id LIMIT 1
      ) AS near
      WHERE ${sameSpace(Prisma.sql`near.space`, Prisma.sql`${first.space}`)}`;
    const matches: (OptOutMatch | null)[] = probes.map(() => null);
    for (const { probe, ...match } of rows) matches[probe] = match;
    return matches;
  }

  /** Newest first. */
  async list({ limit, after }: IdPage): Promise<OptOutRecord[]> {
    return this.tx.$queryRaw`
      SELECT id, array_agg(space ORDER BY space) AS spaces, max(face_count)::int AS "faceCount",
             min(reference) AS reference, min(created_at) AS "createdAt"
      FROM opt_outs WHERE tenant_id = ${this.tenantId}
        ${after === undefined ? Prisma.empty : Prisma.sql`AND id < ${after}::uuid`}
      GROUP BY id ORDER BY id DESC LIMIT ${limit}::int`;
  }

  /** @returns Whether there was one. */
  async delete(id: string): Promise<boolean> {
    const { count } = await this.tx.optOut.deleteMany({ where: { tenantId: this.tenantId, id } });
    await this.count();
    return count > 0;
  }

  private async count(): Promise<void> {
    await this.tx.$executeRaw`
      UPDATE tenants SET opt_out_count =
        (SELECT count(DISTINCT o.id) FROM opt_outs o WHERE o.tenant_id = ${this.tenantId})
      WHERE id = ${this.tenantId}`;
  }
}
