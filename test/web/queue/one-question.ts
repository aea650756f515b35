// A tenant of which one photo was sent, and in whose queue one question waits.
import type { TestApp } from '../../harness/app.js';
import { fiftyPhotosOfFivePeople } from '../../harness/people.js';
import type { ItemJson } from '../every-kind.js';
import { Reviewing } from './reviewing.js';

export async function oneQuestion(
  app: TestApp,
  tenantId: string,
): Promise<{ at: Reviewing; item: ItemJson; portrait: Uint8Array }> {
  const at = new Reviewing(app.admin, tenantId);
  await app.admin.post('/v1/tenants', { id: tenantId });
  for (const { bytes } of await fiftyPhotosOfFivePeople()) {
    const { faces } = await at.send(bytes);
    if (faces.some(({ cluster_id }) => cluster_id !== null))
      return { at, item: await at.freshItem(), portrait: bytes };
  }
  throw new Error('no portrait is clear enough to be grouped');
}
