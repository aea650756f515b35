// One unit of work: one interactive transaction under a role that row-level security binds, tried again when the
// database asks for it.
import { DomainError } from '../domain/domain-error.js';
import { Prisma, PrismaClient } from './generated/client.js';
import { TenantQueue, TenantQueueTimeout } from './tenant-queue.js';
import type { Transaction } from './transaction-client.js';
import { asUnitOfWork } from './unit-of-work-guard.js';
import { LEAST_BREADTH } from './vectors/index-search.js';
import { loopsOf } from './vectors/tenant-search.js';

/** Longest wait for a connection, or for the tenant's turn: long enough for a burst of uploads to pass. ms */
const WAIT_MS = 30_000;
/** Longest life of a transaction, the wait for another process's lock included. ms */
const TRANSACTION_MS = 30_000;
/** A transaction that lost against another one (deadlock, serialization) is run again at most this often. */
const ATTEMPTS = 4;
/** Advice to a client that found the database full. s */
const RETRY_AFTER_SECONDS = 2;

/** Roles of prisma/migrations; neither owns a table nor bypasses row-level security. */
export type DatabaseRole = 'kindred_tenant' | 'kindred_system';

export interface UnitOptions {
  readonly role: DatabaseRole;
  /** '' for kindred_system: it matches no tenant's rows. */
  readonly tenantId: string;
  /** lock: the transactions of one tenant in this process take turns. */
  readonly access: 'read' | 'write' | 'lock';
  /** The space that all faces of the tenant are searched in, early in the unit: saves a statement ([Note: Joins of a whole tenant]). */
  readonly searching?: string | undefined;
}

export class UnitsOfWork {
  private readonly queue = new TenantQueue(WAIT_MS);

  constructor(private readonly prisma: PrismaClient) {}

  /**
   * Runs `work` in a transaction. It may run more than once, so it does nothing but database work.
   * Throws DomainError database.busy when no turn or no connection was free in time.
   */
  async run<T>(options: UnitOptions, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const attempts = (): Promise<T> => this.attempts(options, work);
    return asUnitOfWork(async () => {
      try {
        return await (options.access === 'lock' ? this.queue.run(options.tenantId, attempts) : attempts());
      } catch (error) {
        throw translate(error);
      }
    });
  }

  private async attempts<T>(options: UnitOptions, work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.prisma.$transaction(
          async (tx) => {
            await enter(tx, options);
            return work(tx);
          },
          { maxWait: WAIT_MS, timeout: TRANSACTION_MS },
        );
      } catch (error) {
        if (attempt >= ATTEMPTS || !lostAgainstAnother(error)) throw error;
      }
    }
  }
}

/**
 * Role, tenant, read-only flag, time zone and how an approximate index is searched, in one round trip; all end with the
 * transaction. The driver writes and reads times without their zone: they are UTC only in a session that is. A search that
 * meets faces of nobody goes on in the index until it has its neighbours; how broad it is follows the tenant's size
 * ([Note: Breadth of a search]).
 */
async function enter(tx: Transaction, { role, tenantId, access, searching }: UnitOptions): Promise<void> {
  const loops = searching === undefined ? Prisma.sql`'on'` : loopsOf(tenantId, searching);
  await tx.$queryRaw`
    SELECT set_config('kindred.tenant_id', ${tenantId}, true),
           set_config('transaction_read_only', ${access === 'read' ? 'on' : 'off'}, true),
           set_config('timezone', 'UTC', true),
           set_config('hnsw.ef_search', ${String(LEAST_BREADTH)}, true),
           set_config('hnsw.iterative_scan', 'strict_order', true),
           set_config('enable_nestloop', ${loops}, true),
           set_config('role', ${role}, true)`;
}

/** Deadlock (40P01) or serialization failure (40001), as Prisma reports it from its own and from raw queries. */
function lostAgainstAnother(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return error.code === 'P2034' || /\b(40001|40P01)\b/.test(JSON.stringify(error.meta ?? {}));
}

function translate(error: unknown): unknown {
  const waitedTooLong =
    error instanceof TenantQueueTimeout ||
    (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2028');
  if (!waitedTooLong) return error;
  return new DomainError('database.busy', 'The database is busy. Try again.', {
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause: error,
  });
}
