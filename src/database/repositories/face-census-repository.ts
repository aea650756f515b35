// The tables `faces` and `face_embeddings` of one tenant as consolidation reads them: all faces, only what it needs of each,
// in pages, the vectors as the database's own bytes.
import type { Prisma } from '../generated/client.js';
import type { IdPage } from '../page.js';
import type { FaceAssigner, FaceState } from '../records.js';
import type { Transaction } from '../transaction-client.js';

export interface CountedFace {
  readonly id: string;
  readonly imageId: string;
  readonly imageSha256: string;
  readonly clusterId: string | null;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** 0..1 */
  readonly quality: number;
  /** Doubted when it was found, see domain/face/quality. */
  readonly doubted: boolean;
  readonly assignedBy: FaceAssigner;
  readonly locked: boolean;
  readonly state: FaceState;
}

export interface FaceVectors {
  /** In the order of ids. */
  readonly faceIds: readonly string[];
  /** The first `width` values of each vector, IEEE half precision, big-endian, one vector after the other. */
  readonly halves: Uint8Array;
}

const COUNTED = {
  id: true,
  imageId: true,
  image: { select: { sha256: true } },
  clusterId: true,
  boxX: true,
  boxY: true,
  boxWidth: true,
  boxHeight: true,
  quality: true,
  reasons: true,
  assignedBy: true,
  locked: true,
  state: true,
} as const;

export class FaceCensusRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** Faces that were not dismissed; `limit` stands for that many or more. */
  async countUpTo(limit: number): Promise<number> {
    const [row] = await this.tx.$queryRaw<[{ count: number }]>`
      SELECT count(*)::int AS count FROM (
        SELECT 1 FROM faces WHERE tenant_id = ${this.tenantId} AND state <> 'dismissed' LIMIT ${limit}::int
      ) AS counted`;
    return row.count;
  }

  /** A page of the faces that were not dismissed, in the order of ids. */
  async list({ limit, after }: IdPage): Promise<CountedFace[]> {
    return this.select(after === undefined ? {} : { id: { gt: after } }, limit);
  }

  /** Those of the faces that are there and were not dismissed, in the order of ids. */
  async listMany(faceIds: readonly string[]): Promise<CountedFace[]> {
    return faceIds.length === 0 ? [] : this.select({ id: { in: [...faceIds] } });
  }

  /** All faces of the clusters, in the order of ids; `limit` stands for that many or more. */
  async listInClusters(clusterIds: readonly string[], limit?: number): Promise<CountedFace[]> {
    return clusterIds.length === 0 ? [] : this.select({ clusterId: { in: [...clusterIds] } }, limit);
  }

  private async select(where: Prisma.FaceWhereInput, limit?: number): Promise<CountedFace[]> {
    const rows = await this.tx.face.findMany({
      where: { tenantId: this.tenantId, state: { not: 'dismissed' }, ...where },
      orderBy: { id: 'asc' },
      ...(limit === undefined ? {} : { take: limit }),
      select: COUNTED,
    });
    return rows.map(({ image, boxX, boxY, boxWidth, boxHeight, reasons, assignedBy, state, ...row }) => ({
      ...row,
      imageSha256: image.sha256,
      box: { x: boxX, y: boxY, width: boxWidth, height: boxHeight },
      doubted: reasons.length > 0,
      assignedBy: assignedBy as FaceAssigner,
      state: state as FaceState,
    }));
  }

  /**
   * Vectors of the faces in one space; faces without one are left out.
   * @param width Values wanted of each, at most as many as are stored.
   */
  async vectors(faceIds: readonly string[], space: string, width: number): Promise<FaceVectors> {
    // halfvec_send: two bytes for the number of dimensions, two that mean nothing, then the values.
    const [row] = await this.tx.$queryRaw<[{ faceIds: string[] | null; halves: Uint8Array | null }]>`
      SELECT array_agg(face_id ORDER BY face_id) AS "faceIds",
             string_agg(substring(halfvec_send(embedding) FROM 5 FOR ${2 * width}::int), ''::bytea ORDER BY face_id) AS halves
      FROM face_embeddings
      WHERE tenant_id = ${this.tenantId} AND space = ${space} AND face_id = ANY (${[...faceIds]}::uuid[])`;
    return { faceIds: row.faceIds ?? [], halves: row.halves ?? new Uint8Array() };
  }
}
