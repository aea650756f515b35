// Which constraints of a plan are news, and their writing.
import { v7 as uuidv7 } from 'uuid';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import { ofKind, type OfKind } from '../../domain/cluster/plan-parts.js';

export type NewConstraint = OfKind<'add_constraint'> & { readonly id: string };

/** Constraints of a plan that do not stand already: only these are the operation's own. */
export async function newConstraints(
  repositories: TenantRepositories,
  changes: readonly Change[],
): Promise<NewConstraint[]> {
  const pairKey = (pair: { kind: string; faceA: string; faceB: string }): string =>
    `${pair.kind} ${pair.faceA} ${pair.faceB}`;
  const added = new Map(ofKind(changes, 'add_constraint').map((change) => [pairKey(change), change]));
  const ending = new Set(ofKind(changes, 'retire_constraint').map((change) => change.constraintId));
  const faceIds = [...added.values()].map((change) => change.faceA);
  for (const standing of await repositories.constraints.findTouching(faceIds)) {
    if (!ending.has(standing.id)) added.delete(pairKey(standing));
  }
  return [...added.values()].map((change) => ({ ...change, id: uuidv7() }));
}

/**
 * Old words end before new ones are added: at most one of a kind stands between two faces.
 * @returns How many stand now that did not before.
 */
export async function writeConstraints(
  repositories: TenantRepositories,
  work: {
    readonly retired: readonly string[];
    readonly reinstated: readonly string[];
    readonly added: readonly NewConstraint[];
    /** Stored already: new constraints name it. */
    readonly operationId: string;
    readonly actor: string;
    readonly at: Date;
  },
): Promise<number> {
  await repositories.constraints.retire(work.retired, work.at);
  const standAgain = await repositories.constraints.reinstate(work.reinstated);
  const added = await repositories.constraints.insertMany(
    work.added.map(({ id, kind, faceA, faceB }) => ({
      id,
      kind,
      faceA,
      faceB,
      source: 'human',
      actor: work.actor,
      operationId: work.operationId,
      createdAt: work.at,
      retiredAt: null,
    })),
  );
  return standAgain + added;
}
