// What a person's consent is filed under. It is no part of change plans: undo leaves it alone, a merged cluster keeps its own.
import type { TenantRepositories } from '../database/tenant-store.js';
import type { AppliedOperation } from './applying/apply-plan.js';

/** @param operation The change that it came with. */
export async function fileConsent(
  { clusters, audit }: TenantRepositories,
  clusterId: string,
  consentRef: string | null,
  { actor, createdAt }: AppliedOperation,
): Promise<void> {
  await clusters.setConsentRef(clusterId, consentRef);
  await audit.append({
    actor,
    at: createdAt,
    action: 'cluster.consent_filed',
    subjectId: clusterId,
    details: { consent_ref: consentRef },
  });
}
