// The one executor of change plans. It runs inside the caller's transaction, under the tenant's lock.
//
// [Note: Order of writes] Clusters and items that come into being first, because faces move into them and questions are looked
// for among them; faces and clusters next, because review items and centroids follow from where faces are then; then the
// operation, because constraints and closed items name it; emptied clusters are deleted last, because the record reads what
// points at them.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { ClusterRecord, JsonObject } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { ChangePlan } from '../../domain/cluster/change-plan.js';
import { ofKind } from '../../domain/cluster/plan-parts.js';
import { refuseUnderHold } from '../../erasure/legal-hold.js';
import type { Arrived } from './arrived.js';
import type { TenantPolicy } from '../assignment/assignment-policies.js';
import { createClusters } from './cluster-writes.js';
import { writeConstraints } from './constraint-writes.js';
import { type NamedReaction, reopenedItems, stillOpen } from './item-changes.js';
import { restoreItems, writeItems } from './item-writes.js';
import { plannedWork } from './planned-work.js';
import { rearrange } from './rearrange.js';
import { type CarriedOut, recordOperation } from './record-operation.js';
import { planReactions, settledClusters } from '../reactions/review-reactions.js';
import { readBefore, readDependents } from './stood-before.js';

export interface ApplyContext {
  readonly actor: string;
  readonly at: Date;
  readonly policy: TenantPolicy;
  /** Rows that the caller has inserted in this transaction already. */
  readonly arrived?: Arrived;
  /** Joins the operation's `changes`: what explains it. */
  readonly details?: JsonObject;
  /** The operation that this one takes back. */
  readonly undoesId?: string;
}

/** What a decision answers with. */
export interface AppliedOperation {
  readonly operationId: string;
  readonly kind: string;
  readonly actor: string;
  readonly createdAt: Date;
  readonly affectedFaceIds: readonly string[];
  /** Clusters that changed and still exist. */
  readonly clusters: readonly Pick<ClusterRecord, 'id' | 'state' | 'version'>[];
  readonly deletedClusterIds: readonly string[];
  /** Items that the decision itself closed. */
  readonly closedItemIds: readonly string[];
  /** Items whose question became moot. */
  readonly supersededItemIds: readonly string[];
  readonly cancelledItemIds: readonly string[];
  /** Items that were opened or took new evidence. */
  readonly openItemIds: readonly string[];
  readonly constraintsAdded: number;
  readonly constraintsRetired: number;
}

@Injectable()
export class ApplyPlan {
  /**
   * Carries a plan out and records it as one operation.
   * @throws DomainError `retention.legal_hold` when it erases and a hold forbids that.
   */
  async apply(
    repositories: TenantRepositories,
    plan: ChangePlan,
    context: ApplyContext,
  ): Promise<AppliedOperation> {
    const { actor, at } = context;
    const operationId = uuidv7();
    const work = plannedWork(plan, context.arrived);
    // "No face" erases an embedding as well.
    if (work.erasing || work.faces.dismissed.length > 0) await refuseUnderHold(repositories);

    const before = await readBefore(repositories, work);
    const created = await createClusters(repositories, work.changes, at);
    const restoredItems = await restoreItems(repositories, work.changes, at);
    const dependents = await readDependents(repositories, work, before);

    const newClusters = [...work.arrived.clusters, ...created];
    const now = await rearrange(repositories, work, before, newClusters);
    const done: CarriedOut = { work, before, dependents, newClusters, restoredItems, now };
    const reaction = await react(repositories, done, plan, context);

    await recordOperation(repositories, done, reaction, {
      id: operationId,
      kind: plan.kind,
      actor,
      createdAt: at,
      undoesId: context.undoesId ?? null,
      changes: context.details ?? {},
    });
    const { retired, reinstated, decided } = work;
    const signed = { operationId, actor, at };
    const constraintsAdded = await writeConstraints(repositories, {
      retired,
      reinstated,
      added: before.added,
      ...signed,
    });
    const openItemIds = await writeItems(repositories, { decided, reaction, ...signed });
    if (now.deletedClusterIds.length > 0) await repositories.clusters.delete(now.deletedClusterIds);

    const operation = { operationId, kind: plan.kind, actor, createdAt: at };
    return { ...operation, ...outcomeOf(done, reaction, openItemIds), constraintsAdded };
  }
}

/** What the review queue makes of the change; its questions have ids. Items that the plan withdraws are among the superseded. */
async function react(
  repositories: TenantRepositories,
  { work, before, dependents, newClusters, restoredItems, now }: CarriedOut,
  plan: ChangePlan,
  { policy }: ApplyContext,
): Promise<NamedReaction> {
  const { affectedFaceIds, decided, withdrawn, retired, reinstated } = work;
  const spoken = before.added.length + retired.length + reinstated.length;
  const reaction = await planReactions(repositories, {
    items: dependents.items,
    decidedItemIds: new Set([...decided.map((change) => change.itemId), ...withdrawn]),
    clusters: now.clusters,
    settledClusterIds: settledClusters(before.clusters, now.clusters),
    arrived: work.arrived,
    deletedClusterIds: now.deletedClusterIds,
    erasedFaceIds: work.faces.erased,
    newClusterIds: new Set(newClusters.map((cluster) => cluster.id)),
    opening: ofKind(plan.changes, 'open_item').filter(({ kind }) => policy.review.kinds[kind]),
    askAnewAbout: plan.askAnewAbout,
    reshaping: affectedFaceIds.length + spoken + restoredItems.length > 0,
    adding: [...before.added, ...before.reinstated],
    retiring: retired,
    policy,
  });
  return {
    ...reaction,
    superseded: [...withdrawn, ...reaction.superseded],
    questions: reaction.questions.map((question) => ({ ...question, id: uuidv7() })),
  };
}

/** @param openItemIds Items that were opened or took new evidence. */
function outcomeOf({ work, now }: CarriedOut, reaction: NamedReaction, openItemIds: readonly string[]) {
  return {
    affectedFaceIds: work.affectedFaceIds,
    clusters: [...now.clusters.values()]
      .map(({ id, state, version }) => ({ id, state, version }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    deletedClusterIds: now.deletedClusterIds,
    closedItemIds: work.decided.map((change) => change.itemId),
    supersededItemIds: reaction.superseded,
    cancelledItemIds: reaction.cancelled,
    openItemIds: [...openItemIds, ...stillOpen(reopenedItems(work.changes), reaction, openItemIds)],
    constraintsRetired: work.retired.length,
  };
}
