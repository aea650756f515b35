// The table `request_windows`: what tenants' keys have taken of their requests in the running minute, over all processes.
import type { RequestWindow } from '../../domain/limits/request-window.js';
import type { Transaction } from '../transaction-client.js';

export class RequestWindowDirectory {
  constructor(private readonly tx: Transaction) {}

  /**
   * The window as all processes know it, held until the end of the unit of work; times are the database's.
   * @returns null when there is no such tenant, or it is being erased.
   */
  async lock(tenantId: string): Promise<RequestWindow | null> {
    const known = await this.find(tenantId);
    if (known !== null) return known;
    await this.tx.$executeRaw`
      INSERT INTO request_windows (tenant_id, ends_at, taken)
      SELECT id, clock_timestamp() - interval '1 second', 0 FROM tenants WHERE id = ${tenantId} AND erasure_id IS NULL
      ON CONFLICT DO NOTHING`;
    return this.find(tenantId);
  }

  /** Puts down what `lock` gave, changed. */
  async save(tenantId: string, { taken, leftMs }: RequestWindow): Promise<void> {
    await this.tx.$executeRaw`
      UPDATE request_windows
      SET taken = ${taken}::bigint, ends_at = clock_timestamp() + ${leftMs}::float8 * interval '1 millisecond'
      WHERE tenant_id = ${tenantId}`;
  }

  private async find(tenantId: string): Promise<RequestWindow | null> {
    const [row] = await this.tx.$queryRaw<RequestWindow[]>`
      SELECT taken::float8 AS taken, (extract(epoch FROM ends_at - clock_timestamp()) * 1000)::float8 AS "leftMs"
      FROM request_windows WHERE tenant_id = ${tenantId} FOR UPDATE`;
    return row ?? null;
  }
}
