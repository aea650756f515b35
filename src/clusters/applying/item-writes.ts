// Writes what a change plan and its reactions do to review items.
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import { ofKind, type OfKind } from '../../domain/cluster/plan-parts.js';
import type { ItemDelta, ItemImage } from '../../domain/cluster/recorded-changes.js';
import type { NamedReaction } from './item-changes.js';
import { itemDelta, reviewItemImage } from './record-changes.js';

/** @returns What the items were. */
export async function restoreItems(
  repositories: TenantRepositories,
  changes: readonly Change[],
  at: Date,
): Promise<ItemDelta[]> {
  const restores = ofKind(changes, 'restore_item');
  const before = await repositories.reviewItems.findMany(restores.map((change) => change.itemId));
  const images = new Map(restores.map((change) => [change.itemId, change.image]));
  for (const item of before) {
    await repositories.reviewItems.restore(item.id, reviewItemImage(images.get(item.id)!), at);
  }
  return before.map((item) => itemDelta(item, Object.keys(images.get(item.id)!) as (keyof ItemImage)[]));
}

/** @returns Ids of the items that were opened or took new evidence. */
export async function writeItems(
  repositories: TenantRepositories,
  work: {
    readonly decided: readonly OfKind<'close_item'>[];
    readonly reaction: NamedReaction;
    /** Stored already: closed items name it. */
    readonly operationId: string;
    readonly actor: string;
    readonly at: Date;
  },
): Promise<string[]> {
  const { actor, at } = work;
  const closing = { operationId: work.operationId, resolvedBy: actor, resolvedAt: at };
  for (const change of work.decided) {
    await repositories.reviewItems.close(change.itemId, {
      ...closing,
      state: change.state,
      outcome: change.outcome,
    });
  }
  if (work.reaction.superseded.length > 0) {
    await repositories.reviewItems.closeMany(work.reaction.superseded, {
      ...closing,
      state: 'superseded',
      outcome: null,
    });
  }
  if (work.reaction.cancelled.length > 0) {
    await repositories.reviewItems.closeMany(work.reaction.cancelled, {
      ...closing,
      state: 'cancelled',
      outcome: null,
    });
    await repositories.reviewErasure.emptyEvidence(work.reaction.cancelled);
  }
  const open = await repositories.reviewItems.upsertOpenMany(
    work.reaction.questions.map(({ do: _do, ...asked }) => ({
      otherClusterId: null,
      imageId: null,
      otherImageId: null,
      ...asked,
      createdAt: at,
    })),
  );
  return open.map((item) => item.id);
}
