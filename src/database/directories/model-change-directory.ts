// The table `model_changes` over all tenants: which are to be gone on with?
import type { ModelChangePhase } from '../repositories/model-change-records.js';
import type { Transaction } from '../transaction-client.js';

export interface OpenModelChange {
  readonly tenantId: string;
  readonly id: string;
  readonly phase: ModelChangePhase;
}

export class ModelChangeDirectory {
  constructor(private readonly tx: Transaction) {}

  /** Changes with something to do now, oldest first: a settled one has when its time to be taken back is over. */
  async listDue(now: Date, limit: number): Promise<OpenModelChange[]> {
    return this.tx.$queryRaw`
      SELECT tenant_id AS "tenantId", id, phase FROM model_changes
      WHERE phase NOT IN ('done', 'settled') OR (phase = 'settled' AND keep_until <= ${now}::timestamptz)
      ORDER BY requested_at, id LIMIT ${limit}::int`;
  }
}
