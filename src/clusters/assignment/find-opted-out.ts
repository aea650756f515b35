// Which faces of a photo are of people who must not be grouped.
import type { TenantRepositories } from '../../database/tenant-store.js';
import { isOptedOut } from '../../domain/cluster/opted-out.js';
import type { TenantPolicy } from './assignment-policies.js';
import { gatherAll } from './gather-candidates.js';
import type { WeighedProbe } from './gather-evidence.js';

/** @param probes Of one photo. @returns One answer a probe, in their order. */
export async function findOptedOut(
  repositories: TenantRepositories,
  probes: readonly WeighedProbe[],
  policy: TenantPolicy,
): Promise<boolean[]> {
  const closest = await repositories.optOuts.closest(probes.map(({ embedding }) => embedding));
  // Nearly always: nobody of the tenant has opted out.
  if (closest.every((likeness) => likeness === null)) return probes.map(() => false);
  // Of who opted out there is a mean, and no sums: linkage rates, for the others too.
  const linkage = { ...policy, evidence: undefined };
  const { candidates } = await gatherAll(repositories, probes, linkage);
  return closest.map(
    (likeness, i) => likeness !== null && isOptedOut(likeness, candidates[i] ?? [], linkage),
  );
}
