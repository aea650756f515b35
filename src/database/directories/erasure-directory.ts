// The table `erasures` over all tenants: which are to be gone on with, how each ended, and their end.
import { addCounts, toErasureRecord } from '../repositories/erasure-repository.js';
import type { ErasurePhase, ErasureRecord } from '../repositories/erasure-record.js';
import type { JsonObject } from '../records.js';
import { jsonInput, type Transaction } from '../transaction-client.js';

export class ErasureDirectory {
  constructor(private readonly tx: Transaction) {}

  async find(id: string): Promise<ErasureRecord | null> {
    const row = await this.tx.erasure.findUnique({ where: { id } });
    return row && toErasureRecord(row);
  }

  /** Erasures under way, oldest first. */
  async listOpen(limit: number): Promise<ErasureRecord[]> {
    const rows = await this.tx.erasure.findMany({
      where: { phase: { not: 'done' } },
      orderBy: [{ requestedAt: 'asc' }, { id: 'asc' }],
      take: limit,
    });
    return rows.map(toErasureRecord);
  }

  /** Goes on to a phase, with what the one before has erased and what later ones need to know. */
  async advance(
    { id, counts, work }: ErasureRecord,
    phase: ErasurePhase,
    done: { readonly counts?: Readonly<Record<string, number>>; readonly work?: JsonObject } = {},
  ): Promise<ErasureRecord> {
    const row = await this.tx.erasure.update({
      where: { id },
      data: {
        phase,
        counts: addCounts(counts, done.counts ?? {}),
        work: jsonInput({ ...work, ...done.work }),
      },
    });
    return toErasureRecord(row);
  }

  /**
   * The end: the receipt stands, and the row names nobody any more. An erasure of a tenant takes the tenant's own row with
   * it. @returns False when it was ended before.
   */
  async finish({ id, kind, ofTenant }: ErasureRecord, receipt: string, finishedAt: Date): Promise<boolean> {
    const { count } = await this.tx.erasure.updateMany({
      where: { id, phase: { not: 'done' } },
      data: { phase: 'done', receipt, finishedAt, ofTenant: null, subjectId: null, salt: null, work: {} },
    });
    if (count === 1 && kind === 'tenant' && ofTenant !== null) {
      await this.tx.tenant.deleteMany({ where: { id: ofTenant, erasureId: id } });
    }
    return count === 1;
  }
}
