// What a receipt says: counts and times, no name, no id of a person, nothing biometric.
import type { ErasureRecord } from '../database/repositories/erasure-record.js';
import { pseudonym } from '../receipts/signed-receipt.js';

/** What no software that erases its own rows can reach; said on every receipt. */
const NOT_COVERED = ['backups', 'database_write_ahead_log', 'file_system_free_space', 'logs'] as const;

/** How the database's files were left: `vacuum` is `not_run` for what is erased within its request. */
export interface StorageReport {
  readonly vacuum: 'done' | 'in_part' | 'not_allowed' | 'not_run';
  readonly rows_kept_for_running_transactions: number;
  /** Approximate indexes of the tenant: a dropped one holds no vector; `none` was there for smaller erasures. */
  readonly vector_index: 'dropped' | 'entries_marked_dead';
  /** Of a tenant: whether a key of its originals was there and is destroyed. */
  readonly key_destroyed?: boolean;
}

/**
 * @param erasure With its names still in it.
 * @param remaining What the verification counted, by name: zeros.
 */
export function receiptContent(
  { id, kind, ofTenant, subjectId, salt, counts, requestedAt }: ErasureRecord,
  storage: StorageReport,
  remaining: Readonly<Record<string, number>>,
  finishedAt: Date,
  version: string,
): Record<string, unknown> {
  if (ofTenant === null || salt === null) throw new Error('an erasure that is done gets no second receipt');
  return {
    type: 'kindred.erasure-receipt',
    version: 1,
    id,
    subject: {
      kind,
      tenant: pseudonym(salt, 'tenant', ofTenant),
      ...(subjectId === null ? {} : { [kind]: pseudonym(salt, kind, subjectId) }),
    },
    requested_at: requestedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    erased: counts,
    verified: { at: finishedAt.toISOString(), remaining },
    storage,
    not_covered: NOT_COVERED,
    made_by: `kindred ${version}`,
  };
}
