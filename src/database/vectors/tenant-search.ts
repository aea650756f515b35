// How statements are planned that join or compare all faces or clusters of a tenant.
//
// [Note: Joins of a whole tenant]
// Of a tenant that has just come PostgreSQL believes that it has one row in each table, and it joins them by loops within loops: the
// time grows with the square of the faces, a hundredfold at 150 of them. Until its next ANALYZE, that is: in a database of many faces
// that is far away. What joins whole tables of a tenant is therefore planned without nested loops, unless the tenant's index leads.
// The planner is told before the statement; the statement itself, planned by then, allows loops again for those that follow.
import { Prisma } from '../generated/client.js';
import type { Transaction } from '../transaction-client.js';
import { isIndexed } from './index-search.js';

/** Whether such statements may be planned with nested loops: for `set_config('enable_nestloop', …)`. */
export const loopsOf = (tenantId: string, space: string): Prisma.Sql =>
  Prisma.sql`CASE WHEN ${isIndexed(tenantId, space)} THEN 'on' ELSE 'off' END`;

/** A condition that always holds, for the statement that was planned: what follows in the transaction may be joined by loops. */
export const loopsAgain = Prisma.sql`(SELECT set_config('enable_nestloop', 'on', true)) IS NOT NULL`;

/** Of one transaction. */
export class TenantSearch {
  /** @param begunFor The space that the transaction was begun to search in: its first search needs no statement of its own. */
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
    private begunFor?: string,
  ) {}

  /** Before a statement that searches in the space and holds `loopsAgain`. */
  async prepare(space: string): Promise<void> {
    if (this.begunFor !== space) await this.prepareIndexed(space);
    this.begunFor = undefined;
  }

  /** The same. @returns Whether the tenant has an index of its own there. */
  async prepareIndexed(space: string): Promise<boolean> {
    const [{ indexed }] = await this.tx.$queryRaw<[{ indexed: boolean }]>`
      SELECT ${isIndexed(this.tenantId, space)} AS indexed,
             set_config('enable_nestloop', ${loopsOf(this.tenantId, space)}, true)`;
    return indexed;
  }
}
