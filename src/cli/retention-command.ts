// `kindred tenants retention`: what the periods of tenants will erase, and when. It erases nothing: the service does, in time.
import type { KindredClient, RetentionAnswer } from './kindred-client.js';

export interface RetentionOptions {
  readonly by?: string;
  readonly json?: true;
}

/** @param tenants Ids; none: every tenant. */
export async function tellRetention(
  client: KindredClient,
  tenants: readonly string[],
  { by, json }: RetentionOptions,
): Promise<void> {
  const ids = tenants.length > 0 ? tenants : (await client.tenants()).map(({ id }) => id);
  for (const id of ids) {
    const answer = await client.retention(id, by);
    console.log(json ? JSON.stringify(answer) : `${id}\t${inWords(answer)}`);
  }
}

function inWords({ legal_hold, tenant_erasure, would_erase }: RetentionAnswer): string {
  if (legal_hold) return 'legal hold: nothing is erased';
  const goes = [
    ...(would_erase.tenant ? ['the tenant'] : []),
    ...(would_erase.images > 0 ? [`${would_erase.images} images`] : []),
  ];
  const planned =
    tenant_erasure === null ? 'stays' : `${tenant_erasure.rule}, erased from ${tenant_erasure.erase_at}`;
  return `${planned}; would be erased: ${goes.join(' and ') || 'nothing'}`;
}
