// A legal hold stands against every erasure, by people and by the machine. It is looked at in the transaction that erases.
import type { TenantRepositories } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { isHeld } from '../domain/retention/retention-settings.js';

/** What an erasure would take: rows by table, and files; under a hold it would be refused. */
export interface ErasurePlan {
  readonly counts: Readonly<Record<string, number>>;
  readonly legalHold: boolean;
}

export const isUnderHold = async ({ tenant }: TenantRepositories): Promise<boolean> =>
  isHeld(await tenant.settings());

/** @throws DomainError retention.legal_hold */
export async function refuseUnderHold(repositories: TenantRepositories): Promise<void> {
  if (await isUnderHold(repositories)) {
    throw new DomainError(
      'retention.legal_hold',
      'A legal hold stands on the tenant: nothing of it is erased until the operator lifts the hold.',
    );
  }
}
