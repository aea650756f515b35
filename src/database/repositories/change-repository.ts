// What has happened to one tenant's faces since an operation: where consolidation has to look again. See [Note: Changed faces].
import { Prisma } from '../generated/client.js';
import type { Transaction } from '../transaction-client.js';

export interface ChangesSince {
  /** The last of the operations that were looked at; null: there was none. */
  readonly through: string | null;
  /** Faces that came, moved or were named by a word of a human, and clusters that changed; some may be gone by now. */
  readonly faceIds: readonly string[];
  readonly clusterIds: readonly string[];
  /** Faces or their vectors have gone, and with them the knowledge of who was linked to them. */
  readonly facesGone: boolean;
  /** The tenant's space is another one: no face is what it was. */
  readonly spaceChanged: boolean;
}

export class ChangeRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /**
   * @param after Operations behind this one; null: from the first.
   * @param upTo The last one that counts. @param limit Operations, oldest first.
   */
  async since(after: string | null, upTo: string, limit: number): Promise<ChangesSince> {
    const [row] = await this.tx.$queryRaw<[ChangesSince]>`
      WITH batch AS MATERIALIZED (
        SELECT o.id, o.kind, o.changes FROM operations o
        WHERE o.tenant_id = ${this.tenantId} AND o.id <= ${upTo}::uuid
          AND (${after}::uuid IS NULL OR o.id > ${after}::uuid)
        ORDER BY o.id LIMIT ${limit}::int
      ), ends AS (
        SELECT k.face_a, k.face_b FROM constraints k JOIN batch ON batch.id = k.operation_id
        WHERE k.tenant_id = ${this.tenantId}
      ), named AS (
        SELECT s.kind, s.subject_id AS id FROM operation_subjects s JOIN batch ON batch.id = s.operation_id
        WHERE s.tenant_id = ${this.tenantId}
        UNION SELECT 'face', face_a FROM ends
        UNION SELECT 'face', face_b FROM ends
      )
      SELECT (SELECT id FROM batch ORDER BY id DESC LIMIT 1) AS through,
             (SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM named WHERE kind = 'face') AS "faceIds",
             (SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM named WHERE kind = 'cluster') AS "clusterIds",
             ${someOf(Prisma.sql`coalesce(jsonb_array_length(changes -> 'faces_erased'), 0)
               + coalesce(jsonb_array_length(changes -> 'faces_dismissed'), 0) > 0`)} AS "facesGone",
             ${someOf(Prisma.sql`kind = 'change_model' OR changes -> 'undoes' ->> 'kind' = 'change_model'`)} AS "spaceChanged"`;
    return row;
  }
}

const someOf = (condition: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM batch WHERE ${condition})`;
