// The table `erasures` as one tenant sees it: its erasures that are under way.
import type { ErasureKind, ErasurePhase, ErasureRecord } from './erasure-record.js';
import type { JsonObject } from '../records.js';
import { type Erasure } from '../generated/client.js';
import { jsonInput, type Transaction } from '../transaction-client.js';

/** An erasure at its beginning. */
export interface NewErasure {
  readonly id: string;
  readonly kind: ErasureKind;
  readonly subjectId: string | null;
  readonly salt: string;
  readonly phase: ErasurePhase;
  readonly counts: Readonly<Record<string, number>>;
  readonly work: JsonObject;
  readonly requestedAt: Date;
}

export interface ErasureSubject {
  readonly kind: ErasureKind;
  readonly subjectId: string | null;
  readonly faceIds: readonly string[];
}

export function addCounts(counts: unknown, more: Readonly<Record<string, number>>): Record<string, number> {
  const sum = { ...(counts as Record<string, number>) };
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

export const toErasureRecord = (row: Erasure): ErasureRecord => ({
  ...row,
  kind: row.kind as ErasureKind,
  phase: row.phase as ErasurePhase,
  counts: row.counts as Record<string, number>,
  work: row.work as JsonObject,
});

export class ErasureRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  async insert(erasure: NewErasure): Promise<void> {
    await this.tx.erasure.createMany({
      data: [{ ...erasure, ofTenant: this.tenantId, counts: erasure.counts, work: jsonInput(erasure.work) }],
    });
  }

  async find(id: string): Promise<ErasureRecord | null> {
    const row = await this.tx.erasure.findUnique({ where: { id, ofTenant: this.tenantId } });
    return row && toErasureRecord(row);
  }

  /** Adds to what was erased, in the transaction that erases it: a crash loses no count. */
  async count(id: string, erased: Readonly<Record<string, number>>): Promise<void> {
    const { counts } = await this.tx.erasure.findUniqueOrThrow({ where: { id }, select: { counts: true } });
    await this.tx.erasure.updateMany({ where: { id }, data: { counts: addCounts(counts, erased) } });
  }

  /** Rows that name one of the faces, or the cluster or image: what an erasure of them takes, and none after it. */
  async rowsAbout({ kind, subjectId, faceIds }: ErasureSubject): Promise<Readonly<Record<string, number>>> {
    const faces = [...faceIds];
    const [row] = await this.tx.$queryRaw<[Record<string, number>]>`
      WITH erased (id) AS (SELECT unnest(${faces}::uuid[]))
      SELECT
        (SELECT count(*) FROM faces WHERE tenant_id = ${this.tenantId} AND id IN (TABLE erased))::int AS "faces",
        (SELECT count(*) FROM face_embeddings
          WHERE tenant_id = ${this.tenantId} AND face_id IN (TABLE erased))::int AS "face_embeddings",
        (SELECT count(*) FROM model_change_faces WHERE tenant_id = ${this.tenantId} AND (face_id IN (TABLE erased)
          OR (${kind} = 'image' AND image_id = ${subjectId}::uuid)))::int AS "model_change_faces",
        (SELECT count(*) FROM constraints WHERE tenant_id = ${this.tenantId}
          AND (face_a IN (TABLE erased) OR face_b IN (TABLE erased)))::int AS "constraints",
        (SELECT count(*) FROM clusters WHERE tenant_id = ${this.tenantId}
          AND ((${kind} = 'cluster' AND id = ${subjectId}::uuid) OR cover_face_id IN (TABLE erased)))::int AS "clusters",
        (SELECT count(*) FROM images
          WHERE tenant_id = ${this.tenantId} AND ${kind} = 'image' AND id = ${subjectId}::uuid)::int AS "images"`;
    return row;
  }
}
