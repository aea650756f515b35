// Which constraints of a plan are news.
import type { TenantRepositories } from '../database/tenant-store.js';
import type { Change } from '../domain/cluster/change-plan.js';
import { ofKind, type OfKind } from '../domain/cluster/plan-parts.js';

/** Constraints of a plan that do not stand already: only these are the operation's own. */
export async function newConstraints(
  repositories: TenantRepositories,
  changes: readonly Change[],
): Promise<OfKind<'add_constraint'>[]> {
  const pairKey = (pair: { kind: string; faceA: string; faceB: string }): string =>
    `${pair.kind} ${pair.faceA} ${pair.faceB}`;
  const added = new Map(ofKind(changes, 'add_constraint').map((change) => [pairKey(change), change]));
  const ending = new Set(ofKind(changes, 'retire_constraint').map((change) => change.constraintId));
  const faceIds = [...added.values()].map((change) => change.faceA);
  for (const standing of await repositories.constraints.findTouching(faceIds)) {
    if (!ending.has(standing.id)) added.delete(pairKey(standing));
  }
  return [...added.values()];
}
