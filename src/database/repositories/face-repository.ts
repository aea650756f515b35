// The table `faces` of one tenant: where each face is and why. Its vectors are in embedding-repository.ts.
import { type Face, Prisma } from '../generated/client.js';
import type { IdPage, OffsetPage } from '../page.js';
import type {
  ClusterCounts,
  FaceAssigner,
  FaceAssignment,
  FaceRecord,
  FaceState,
  LandmarkPairs,
} from '../records.js';
import type { Transaction } from '../transaction-client.js';

/** What may change after a face was stored. */
export type FacePatch = Partial<
  Pick<
    FaceRecord,
    | 'clusterId'
    | 'quality'
    | 'reasons'
    | 'assignment'
    | 'assignedBy'
    | 'locked'
    | 'state'
    | 'similarity'
    | 'probability'
    | 'space'
  >
>;

/** A page of faces in the order of certainty. */
export interface CertaintyPage {
  /** Rows wanted, at least 1. */
  readonly limit: number;
  readonly first: 'certain' | 'doubtful';
  readonly after?: { readonly certainty: number; readonly id: string } | undefined;
}

/** 2: a person decided. 0..1: the probability of its place. -1: it was never compared, as the face that founded its cluster. */
export const faceCertainty = ({ locked, probability }: Pick<FaceRecord, 'locked' | 'probability'>): number =>
  locked ? 2 : (probability ?? -1);

function toRecord(row: Omit<Face, 'tenantId'>): FaceRecord {
  const { boxX, boxY, boxWidth, boxHeight, landmarks, ...rest } = row;
  const points = [0, 2, 4, 6, 8].map((i) => [landmarks[i], landmarks[i + 1]]) as unknown as LandmarkPairs;
  return {
    ...rest,
    box: { x: boxX, y: boxY, width: boxWidth, height: boxHeight },
    landmarks: points,
    assignment: row.assignment as FaceAssignment,
    assignedBy: row.assignedBy as FaceAssigner,
    state: row.state as FaceState,
  };
}

export class FaceRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** Image and clusters must be there already. */
  async insertMany(faces: readonly FaceRecord[]): Promise<void> {
    if (faces.length === 0) return;
    await this.tx.face.createMany({
      data: faces.map(({ box, landmarks, reasons, ...face }) => ({
        ...face,
        tenantId: this.tenantId,
        reasons: [...reasons],
        landmarks: landmarks.flat(),
        boxX: box.x,
        boxY: box.y,
        boxWidth: box.width,
        boxHeight: box.height,
      })),
    });
  }

  async find(id: string): Promise<FaceRecord | null> {
    return (await this.findMany([id]))[0] ?? null;
  }

  /** In the order of ids; unknown ids are left out. */
  async findMany(ids: readonly string[]): Promise<FaceRecord[]> {
    if (ids.length === 0) return [];
    return this.select({ id: { in: [...ids] } });
  }

  /** All faces of the images, dismissed ones too, in the order of image ids and face ids. */
  async listByImages(imageIds: readonly string[]): Promise<FaceRecord[]> {
    return this.select({ imageId: { in: [...imageIds] } }, [{ imageId: 'asc' }, { id: 'asc' }]);
  }

  /** Active faces of clusters that have a label, in the order of ids. */
  async listNamed({ skip, limit }: OffsetPage): Promise<FaceRecord[]> {
    const rows = await this.tx.face.findMany({
      where: { tenantId: this.tenantId, state: 'active', cluster: { label: { not: null } } },
      orderBy: { id: 'asc' },
      omit: { tenantId: true },
      skip,
      take: limit,
    });
    return rows.map(toRecord);
  }

  /** A page of a cluster's faces, oldest first. */
  async listByCluster(clusterId: string, { limit, after }: IdPage): Promise<FaceRecord[]> {
    return this.select(
      { clusterId, ...(after === undefined ? {} : { id: { gt: after } }) },
      [{ id: 'asc' }],
      limit,
    );
  }

  /** A page of a cluster's faces in the order of what is known about their place; see `faceCertainty`. */
  async listByCertainty(clusterId: string, { limit, first, after }: CertaintyPage): Promise<FaceRecord[]> {
    const certainty = Prisma.sql`(CASE WHEN f.locked THEN 2 ELSE coalesce(f.probability, -1) END)`;
    const [before, order] = first === 'certain' ? ['<', 'DESC'] : ['>', 'ASC'];
    const behind = after
      ? Prisma.sql`AND (${certainty}, f.id) ${Prisma.raw(before)} (${after.certainty}::float8, ${after.id}::uuid)`
      : Prisma.empty;
    const ranked = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT f.id FROM faces f
      WHERE f.tenant_id = ${this.tenantId} AND f.cluster_id = ${clusterId}::uuid ${behind}
      ORDER BY ${certainty} ${Prisma.raw(order)}, f.id ${Prisma.raw(order)} LIMIT ${limit}::int`;
    return this.inOrder(ranked);
  }

  /** Every face of the clusters, in the order of cluster ids and face ids. */
  async listByClusters(clusterIds: readonly string[]): Promise<FaceRecord[]> {
    if (clusterIds.length === 0) return [];
    return this.select({ clusterId: { in: [...clusterIds] } }, [{ clusterId: 'asc' }, { id: 'asc' }]);
  }

  /** Ids of every face of the clusters, in the order of ids. */
  async listIdsByClusters(clusterIds: readonly string[]): Promise<string[]> {
    const rows = await this.tx.face.findMany({
      where: { tenantId: this.tenantId, clusterId: { in: [...clusterIds] } },
      orderBy: { id: 'asc' },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** The active faces of best quality of each cluster, at most `limitEach`; by cluster id, then quality, then id. */
  async listBestByClusters(clusterIds: readonly string[], limitEach: number): Promise<FaceRecord[]> {
    const ranked = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT f.id
      FROM unnest(${[...clusterIds]}::uuid[]) AS wanted(cluster_id)
      CROSS JOIN LATERAL (
        SELECT id, quality FROM faces
        WHERE tenant_id = ${this.tenantId} AND cluster_id = wanted.cluster_id AND state = 'active'
        ORDER BY quality DESC, id LIMIT ${limitEach}::int
      ) AS f
      ORDER BY wanted.cluster_id, f.quality DESC, f.id`;
    return this.inOrder(ranked);
  }

  /** Active faces and images of each cluster; a cluster without any is left out. In the order of cluster ids. */
  async countByClusters(clusterIds: readonly string[]): Promise<({ clusterId: string } & ClusterCounts)[]> {
    if (clusterIds.length === 0) return [];
    return this.tx.$queryRaw`
      SELECT cluster_id AS "clusterId", count(*)::int AS "faceCount", count(DISTINCT image_id)::int AS "imageCount"
      FROM faces
      WHERE tenant_id = ${this.tenantId} AND cluster_id = ANY (${[...clusterIds]}::uuid[]) AND state = 'active'
      GROUP BY cluster_id ORDER BY cluster_id`;
  }

  /** Applies one patch to all the faces. Centroids are the caller's to recompute. @returns Faces changed. */
  async update(ids: readonly string[], { reasons, ...patch }: FacePatch): Promise<number> {
    if (ids.length === 0) return 0;
    const { count } = await this.tx.face.updateMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
      data: { ...patch, ...(reasons === undefined ? {} : { reasons: [...reasons] }) },
    });
    return count;
  }

  /** Deletes faces with their embeddings and constraints. @returns Faces deleted. */
  async delete(ids: readonly string[]): Promise<number> {
    const { count } = await this.tx.face.deleteMany({
      where: { tenantId: this.tenantId, id: { in: [...ids] } },
    });
    return count;
  }

  private async inOrder(ranked: readonly { readonly id: string }[]): Promise<FaceRecord[]> {
    const byId = new Map((await this.findMany(ranked.map(({ id }) => id))).map((face) => [face.id, face]));
    return ranked.flatMap(({ id }) => byId.get(id) ?? []);
  }

  private async select(
    where: Prisma.FaceWhereInput,
    orderBy: Prisma.FaceOrderByWithRelationInput[] = [{ id: 'asc' }],
    limit?: number,
  ): Promise<FaceRecord[]> {
    const rows = await this.tx.face.findMany({
      where: { ...where, tenantId: this.tenantId },
      orderBy,
      omit: { tenantId: true },
      ...(limit === undefined ? {} : { take: limit }),
    });
    return rows.map(toRecord);
  }
}
