// The beginning of an erasure: written down in the transaction that takes rows away or blocks their tenant.
import { randomBytes, randomUUID } from 'node:crypto';
import type { NewErasure } from '../database/repositories/erasure-repository.js';
import type { ErasureRecord } from '../database/repositories/erasure-record.js';
import type { TenantRepositories } from '../database/tenant-store.js';

/** Its id opens the receipt to whoever has it: random in all its bits, unlike ids that begin with a time. */
export const newErasureId = (): string => randomUUID();

export async function openErasure(
  { erasures }: TenantRepositories,
  id: string,
  beginning: Omit<NewErasure, 'id' | 'salt' | 'requestedAt'>,
): Promise<ErasureRecord> {
  await erasures.insert({
    ...beginning,
    id,
    salt: randomBytes(32).toString('hex'),
    requestedAt: new Date(),
  });
  return (await erasures.find(id))!;
}
