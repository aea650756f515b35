// The table `model_changes` of one tenant: its changes of model, and what they stand beside what is in force.
import type { ModelChange } from '../generated/client.js';
import type {
  ModelChangeOutcome,
  ModelChangePhase,
  ModelChangeProgress,
  ModelChangeRecord,
} from './model-change-records.js';
import type { IdPage } from '../page.js';
import type { JsonObject } from '../records.js';
import { jsonInput, type Transaction } from '../transaction-client.js';

export type ModelChangePatch = Partial<
  Pick<
    ModelChangeRecord,
    'phase' | 'outcome' | 'jobId' | 'operationId' | 'result' | 'switchedAt' | 'keepUntil' | 'finishedAt'
  >
>;

const toRecord = (row: Omit<ModelChange, 'tenantId'>): ModelChangeRecord => ({
  ...row,
  phase: row.phase as ModelChangePhase,
  outcome: row.outcome as ModelChangeOutcome | null,
  result: row.result as JsonObject,
});

export class ModelChangeRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  async insert({ result, ...change }: ModelChangeRecord): Promise<void> {
    await this.tx.modelChange.createMany({
      data: [{ ...change, tenantId: this.tenantId, result: jsonInput(result) }],
    });
  }

  async find(id: string): Promise<ModelChangeRecord | null> {
    const row = await this.tx.modelChange.findUnique({
      where: { tenantId_id: { tenantId: this.tenantId, id } },
      omit: { tenantId: true },
    });
    return row && toRecord(row);
  }

  /** The one that is not done; at most one is. */
  async findOpen(): Promise<ModelChangeRecord | null> {
    const row = await this.tx.modelChange.findFirst({
      where: { tenantId: this.tenantId, phase: { not: 'done' } },
      omit: { tenantId: true },
    });
    return row && toRecord(row);
  }

  /** Newest first. */
  async list({ limit, after }: IdPage): Promise<ModelChangeRecord[]> {
    const rows = await this.tx.modelChange.findMany({
      where: { tenantId: this.tenantId, ...(after === undefined ? {} : { id: { lt: after } }) },
      orderBy: { id: 'desc' },
      take: limit,
      omit: { tenantId: true },
    });
    return rows.map(toRecord);
  }

  async update(id: string, { result, ...patch }: ModelChangePatch): Promise<void> {
    await this.tx.modelChange.updateMany({
      where: { tenantId: this.tenantId, id },
      data: { ...patch, ...(result === undefined ? {} : { result: jsonInput(result) }) },
    });
  }

  async progress(id: string): Promise<ModelChangeProgress> {
    const [row] = await this.tx.$queryRaw<[ModelChangeProgress]>`
      SELECT (SELECT count(*) FROM images WHERE tenant_id = ${this.tenantId})::int AS images,
             count(*) FILTER (WHERE state <> 'late')::int AS done,
             count(problem)::int AS unreadable,
             (SELECT count(*) FROM model_change_faces
               WHERE tenant_id = ${this.tenantId} AND change_id = ${id}::uuid AND found)::int AS found
      FROM model_change_images WHERE tenant_id = ${this.tenantId} AND change_id = ${id}::uuid`;
    return row;
  }

  /** Images that could not be looked at, with the code of what kept them from it, in the order of ids. */
  async unreadable(id: string, limit: number): Promise<{ imageId: string; problem: string }[]> {
    const rows = await this.tx.modelChangeImage.findMany({
      where: { tenantId: this.tenantId, changeId: id, problem: { not: null } },
      orderBy: { imageId: 'asc' },
      take: limit,
      select: { imageId: true, problem: true },
    });
    return rows.map(({ imageId, problem }) => ({ imageId, problem: problem! }));
  }

  /**
   * Deletes up to `limit` of the vectors in a space that no change needs any more, and then what the change has noted.
   * @returns Rows deleted; 0: nothing is left.
   */
  async eraseSome(id: string, space: string, limit: number): Promise<number> {
    const vectors = await this.tx.$executeRaw`
      DELETE FROM face_embeddings WHERE tenant_id = ${this.tenantId} AND ctid = ANY (ARRAY(
        SELECT ctid FROM face_embeddings
        WHERE tenant_id = ${this.tenantId} AND space = ${space} LIMIT ${limit}::int))`;
    if (vectors > 0) return vectors;
    const centroids = await this.tx.clusterCentroid.deleteMany({ where: { tenantId: this.tenantId, space } });
    const faces = await this.tx.modelChangeFace.deleteMany({
      where: { tenantId: this.tenantId, changeId: id },
    });
    const images = await this.tx.modelChangeImage.deleteMany({
      where: { tenantId: this.tenantId, changeId: id },
    });
    return centroids.count + faces.count + images.count;
  }
}
