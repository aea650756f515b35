// The table `operations` of one tenant: what was done, by whom, with what stood before. Rows are never changed.
import type { IdPage } from './page.js';
import type { JsonObject, OperationRecord } from './records.js';
import { jsonInput, type Transaction } from './transaction-client.js';

export interface OperationPage extends IdPage {
  readonly kinds?: readonly string[] | undefined;
}

export class OperationRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  async insert(operation: OperationRecord): Promise<void> {
    await this.tx.operation.createMany({
      data: [
        {
          ...operation,
          tenantId: this.tenantId,
          changes: jsonInput(operation.changes),
          summary: jsonInput(operation.summary),
        },
      ],
    });
  }

  async find(id: string): Promise<OperationRecord | null> {
    const row = await this.tx.operation.findUnique({
      where: { tenantId_id: { tenantId: this.tenantId, id } },
      omit: { tenantId: true },
    });
    return row && { ...row, changes: row.changes as JsonObject, summary: row.summary as JsonObject };
  }

  /** Newest first. */
  async list({ limit, after, kinds }: OperationPage): Promise<OperationRecord[]> {
    const rows = await this.tx.operation.findMany({
      where: {
        tenantId: this.tenantId,
        ...(after === undefined ? {} : { id: { lt: after } }),
        ...(kinds ? { kind: { in: [...kinds] } } : {}),
      },
      orderBy: { id: 'desc' },
      take: limit,
      omit: { tenantId: true },
    });
    return rows.map((row) => ({
      ...row,
      changes: row.changes as JsonObject,
      summary: row.summary as JsonObject,
    }));
  }
}
