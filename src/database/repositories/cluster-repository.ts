// The table `clusters` of one tenant.
import { clusterBehind, type ClusterKey, clusterOrder, type ClusterSort, folded } from './cluster-order.js';
import { Prisma } from '../generated/client.js';
import type { IdPage } from '../page.js';
import type { ClusterRecord, ClusterState, CountedClusterRecord } from '../records.js';
import type { Transaction } from '../transaction-client.js';

export interface ClusterPage {
  /** Rows wanted, at least 1. */
  readonly limit: number;
  /** Default newest. */
  readonly sort?: ClusterSort | undefined;
  /** Key of the last row of the page before, in the same order. */
  readonly after?: ClusterKey | undefined;
  /** Default: all but merged. */
  readonly states?: readonly ClusterState[] | undefined;
  /** Only clusters with (true) or without (false) a label. */
  readonly labelled?: boolean | undefined;
  /** Only clusters with exactly this label. */
  readonly label?: string | undefined;
  /** Only clusters whose label, or a word of it, begins so; case does not matter. */
  readonly labelPrefix?: string | undefined;
  readonly externalRef?: string | undefined;
}

export type ClusterPatch = Partial<
  Pick<ClusterRecord, 'state' | 'label' | 'externalRef' | 'coverFaceId' | 'mergedInto'>
>;

type ClusterRow = Omit<ClusterRecord, 'state'> & { state: string };
const toRecord = <T extends ClusterRow>(row: T): T & ClusterRecord => ({
  ...row,
  state: row.state as ClusterState,
});

const NOT_MERGED: readonly ClusterState[] = ['pending', 'confirmed', 'ignored'];

const columns = Prisma.sql`c.id, c.state, c.label, c.external_ref AS "externalRef", c.cover_face_id AS "coverFaceId",
  c.merged_into AS "mergedInto", c.version, c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;

/** No pattern, so that nothing in the text needs escaping. */
function wordBegins(prefix: string): Prisma.Sql {
  const label = folded(Prisma.sql`c.label`);
  const start = folded(Prisma.sql`${prefix}::text`);
  return Prisma.sql`(starts_with(${label}, ${start}) OR position(' ' || ${start} IN ${label}) > 0)`;
}

export class ClusterRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** A cover face may be inserted later in the same transaction; everything else that is named must be there. */
  async insertMany(clusters: readonly ClusterRecord[]): Promise<void> {
    if (clusters.length === 0) return;
    await this.tx.cluster.createMany({
      data: clusters.map((cluster) => ({ ...cluster, tenantId: this.tenantId })),
    });
  }

  async find(id: string): Promise<ClusterRecord | null> {
    return (await this.findMany([id]))[0] ?? null;
  }

  /** In the order of ids; unknown ids are left out. */
  async findMany(ids: readonly string[]): Promise<ClusterRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.tx.cluster.findMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
      orderBy: { id: 'asc' },
      omit: { tenantId: true, consentRef: true },
    });
    return rows.map(toRecord);
  }

  /** All that are not merged, in the order of ids. */
  async listStanding(): Promise<ClusterRecord[]> {
    const rows = await this.tx.cluster.findMany({
      where: { tenantId: this.tenantId, state: { not: 'merged' } },
      orderBy: { id: 'asc' },
      omit: { tenantId: true, consentRef: true },
    });
    return rows.map(toRecord);
  }

  /** Clusters without any face that are merged, or that are not, in the order of ids. */
  async listFaceless({ limit, after }: IdPage, merged: boolean): Promise<ClusterRecord[]> {
    const rows = await this.tx.cluster.findMany({
      where: {
        tenantId: this.tenantId,
        ...(after === undefined ? {} : { id: { gt: after } }),
        state: merged ? 'merged' : { not: 'merged' },
        faces: { none: {} },
      },
      orderBy: { id: 'asc' },
      take: limit,
      omit: { tenantId: true, consentRef: true },
    });
    return rows.map(toRecord);
  }

  /** Like `find`, with the numbers of active faces and of their images. */
  async findCounted(id: string): Promise<CountedClusterRecord | null> {
    const [row] = await this.selectCounted(Prisma.sql`c.id = ${id}::uuid`, 1);
    return row ?? null;
  }

  /** Like `findMany`, with the numbers of active faces and of their images; newest first. */
  async findManyCounted(ids: readonly string[]): Promise<CountedClusterRecord[]> {
    if (ids.length === 0) return [];
    return this.selectCounted(Prisma.sql`c.id = ANY (${[...ids]}::uuid[])`, ids.length);
  }

  async list({ limit, sort = 'newest', after, ...filters }: ClusterPage): Promise<CountedClusterRecord[]> {
    const { states, labelled, label, labelPrefix, externalRef } = filters;
    const conditions = [Prisma.sql`c.state = ANY (${[...(states ?? NOT_MERGED)]}::text[])`];
    if (after !== undefined) conditions.push(clusterBehind(sort, after));
    if (labelled !== undefined) conditions.push(Prisma.sql`(c.label IS NOT NULL) = ${labelled}::boolean`);
    if (label !== undefined) conditions.push(Prisma.sql`c.label = ${label}`);
    if (labelPrefix !== undefined) conditions.push(wordBegins(labelPrefix));
    if (externalRef !== undefined) conditions.push(Prisma.sql`c.external_ref = ${externalRef}`);
    return this.selectCounted(Prisma.join(conditions, ' AND '), limit, sort);
  }

  /** Clusters with a label that are not merged. */
  async countLabelled(): Promise<number> {
    return this.tx.cluster.count({
      where: { tenantId: this.tenantId, label: { not: null }, state: { in: [...NOT_MERGED] } },
    });
  }

  /**
   * Changes a cluster and raises its version.
   * @returns The cluster as it is now, or null when it is unknown or its version is not `expectedVersion`.
   */
  async update(id: string, patch: ClusterPatch, expectedVersion?: number): Promise<ClusterRecord | null> {
    const [row] = await this.tx.cluster.updateManyAndReturn({
      where: {
        tenantId: this.tenantId,
        id,
        ...(expectedVersion === undefined ? {} : { version: expectedVersion }),
      },
      data: { ...patch, version: { increment: 1 }, updatedAt: new Date() },
      omit: { tenantId: true, consentRef: true },
    });
    return row ? toRecord(row) : null;
  }

  /** What the consents of the people are filed under, by cluster; those without any are left out. */
  async consentRefs(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.tx.cluster.findMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] }, consentRef: { not: null } },
      select: { id: true, consentRef: true },
    });
    return new Map(rows.map(({ id, consentRef }) => [id, consentRef!]));
  }

  /** Files the person's consent; null: under nothing. */
  async setConsentRef(id: string, consentRef: string | null): Promise<void> {
    await this.tx.cluster.updateMany({ where: { tenantId: this.tenantId, id }, data: { consentRef } });
  }

  /** Raises the versions of clusters whose faces changed. @returns The clusters as they are now. */
  async touch(ids: readonly string[]): Promise<ClusterRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.tx.$queryRaw<ClusterRow[]>`
      UPDATE clusters c SET version = version + 1, updated_at = ${new Date()}::timestamptz
      WHERE c.tenant_id = ${this.tenantId} AND c.id = ANY (${[...ids]}::uuid[])
      RETURNING ${columns}`;
    return rows.map(toRecord);
  }

  /** Clusters that were merged into one of the clusters, in the order of ids. */
  async listMergedInto(ids: readonly string[]): Promise<ClusterRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.tx.cluster.findMany({
      where: { tenantId: this.tenantId, mergedInto: { in: [...ids] } },
      orderBy: { id: 'asc' },
      omit: { tenantId: true, consentRef: true },
    });
    return rows.map(toRecord);
  }

  /** Takes from the clusters what they were called and filed under. */
  async forgetNames(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.tx.cluster.updateMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
      data: { label: null, externalRef: null, consentRef: null },
    });
  }

  /** Makes clusters that were merged into `fromId` point at `toId`, so that a merged id is one step from its target. */
  async redirectMerged(fromId: string, toId: string): Promise<number> {
    const { count } = await this.tx.cluster.updateMany({
      where: { tenantId: this.tenantId, mergedInto: fromId },
      data: { mergedInto: toId, version: { increment: 1 }, updatedAt: new Date() },
    });
    return count;
  }

  /** Deletes clusters; their faces stay, without a cluster. @returns Clusters deleted. */
  async delete(ids: readonly string[]): Promise<number> {
    const { count } = await this.tx.cluster.deleteMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
    });
    return count;
  }

  private async selectCounted(
    where: Prisma.Sql,
    limit: number,
    sort: ClusterSort = 'newest',
  ): Promise<CountedClusterRecord[]> {
    const rows = await this.tx.$queryRaw<(ClusterRow & CountedClusterRecord)[]>`
      SELECT ${columns}, c.consent_ref AS "consentRef", counted.faces AS "faceCount", counted.images AS "imageCount",
        counted.clearest AS "clearestFaceId"
      FROM clusters c CROSS JOIN LATERAL (
        SELECT count(*)::int AS faces, count(DISTINCT f.image_id)::int AS images,
               (array_agg(f.id ORDER BY f.quality DESC, f.id))[1] AS clearest
        FROM faces f
        WHERE f.tenant_id = c.tenant_id AND f.cluster_id = c.id AND f.state = 'active'
      ) AS counted
      WHERE c.tenant_id = ${this.tenantId} AND ${where}
      ORDER BY ${clusterOrder(sort)} LIMIT ${limit}::int`;
    return rows.map(toRecord);
  }
}
