// The one executor of change plans. It runs inside the caller's transaction, under the tenant's lock.
//
// [Note: Order of writes] Faces and clusters first, because review items and centroids follow from where faces are then;
// the operation next, because constraints and closed items name it; emptied clusters are deleted last.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { ClusterPatch } from '../database/cluster-repository.js';
import type { ClusterRecord, JsonObject } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { Change, ChangePlan } from '../domain/cluster/change-plan.js';
import { faceBefore, type FaceWrites, foldFaceChanges, groupByPatch } from './face-writes.js';
import { ReviewReactions, type ReactionResult } from './review-reactions.js';
import type { TenantPolicy } from './assignment-policies.js';

export interface ApplyContext {
  readonly actor: string;
  readonly at: Date;
  readonly policy: TenantPolicy;
  /** Rows that the caller has inserted in this transaction already; their centroids are up to date. */
  readonly arrived?: { readonly faceIds: readonly string[]; readonly clusterIds: readonly string[] };
  /** Clusters that gained an arrived face. */
  readonly grownClusterIds?: readonly string[];
  /** Joins the operation's `changes`: what explains it. */
  readonly details?: JsonObject;
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

type OfKind<Name extends Change['do']> = Extract<Change, { do: Name }>;
const ofKind = <Name extends Change['do']>(changes: readonly Change[], name: Name): OfKind<Name>[] =>
  changes.filter((change): change is OfKind<Name> => change.do === name);

@Injectable()
export class ApplyPlan {
  private readonly reactions = new ReviewReactions();

  async apply(
    repositories: TenantRepositories,
    plan: ChangePlan,
    context: ApplyContext,
  ): Promise<AppliedOperation> {
    const operationId = uuidv7();
    const { changes } = plan;
    const writes = foldFaceChanges(changes);
    const affected = [...new Set([...writes.patches.keys(), ...writes.erased])].sort();
    const before = await repositories.faces.findMany(affected);
    const moved = before.filter((face) => {
      const to = writes.patches.get(face.id)?.clusterId;
      return writes.erased.includes(face.id) || (to !== undefined && to !== face.clusterId);
    });
    const reshaped = new Set<string>();
    for (const face of moved) {
      if (face.clusterId !== null) reshaped.add(face.clusterId);
      const to = writes.patches.get(face.id)?.clusterId;
      if (to !== undefined && to !== null) reshaped.add(to);
    }
    const touched = new Set([...reshaped, ...(context.grownClusterIds ?? []), ...namedClusters(changes)]);
    const arrivedClusters = new Set(context.arrived?.clusterIds ?? []);
    const clustersBefore = (await repositories.clusters.findMany([...touched])).filter(
      (cluster) => !arrivedClusters.has(cluster.id),
    );
    // Read before the rows that the items name are gone.
    const touchedItems = await repositories.reviewItems.findOpenTouching({
      faceIds: affected,
      clusterIds: [...touched],
    });

    await this.createClusters(repositories, changes, context.at);
    await this.writeFaces(repositories, writes);
    await repositories.centroids.recompute([...reshaped].sort());
    const emptied = await this.updateClusters(repositories, {
      changes,
      touched,
      writes,
      moved: new Set(moved.map((face) => face.id)),
      clustersBefore,
    });

    const deleted = [
      ...new Set([...emptied, ...ofKind(changes, 'delete_cluster').map((change) => change.clusterId)]),
    ].sort();

    const decided = ofKind(changes, 'close_item');
    const reaction = await this.reactions.plan(repositories, {
      items: touchedItems,
      decidedItemIds: new Set(decided.map((change) => change.itemId)),
      clusterIds: [...touched].filter((id) => !deleted.includes(id)),
      deletedClusterIds: deleted,
      erasedFaceIds: writes.erased,
      newClusterIds: new Set([
        ...(context.arrived?.clusterIds ?? []),
        ...ofKind(changes, 'create_cluster').map((change) => change.clusterId),
      ]),
      opening: ofKind(changes, 'open_item'),
      policy: context.policy,
    });

    const added = ofKind(changes, 'add_constraint');
    const retired = ofKind(changes, 'retire_constraint').map((change) => change.constraintId);
    const constraintIds = added.map(() => uuidv7());
    await repositories.operations.insert({
      id: operationId,
      kind: plan.kind,
      actor: context.actor,
      createdAt: context.at,
      changes: {
        ...context.details,
        faces_added: context.arrived?.faceIds ?? [],
        clusters_added: [
          ...(context.arrived?.clusterIds ?? []),
          ...ofKind(changes, 'create_cluster').map((change) => change.clusterId),
        ],
        faces_before: before.filter((face) => !writes.erased.includes(face.id)).map(faceBefore),
        faces_erased: writes.erased,
        faces_dismissed: writes.dismissed,
        clusters_before: clustersBefore.map(clusterBefore),
        clusters_deleted: deleted,
        constraints_added: constraintIds,
        constraints_retired: retired,
        items_closed: [
          ...decided.map((change) => change.itemId),
          ...reaction.superseded,
          ...reaction.cancelled,
        ],
      },
      summary: {
        faces: affected.length + (context.arrived?.faceIds.length ?? 0),
        clusters: touched.size,
        constraints_added: added.length,
        constraints_retired: retired.length,
      },
    });

    await repositories.constraints.retire(retired, context.at);
    const constraintsAdded = await repositories.constraints.insertMany(
      added.map((change, i) => ({
        id: constraintIds[i]!,
        kind: change.kind,
        faceA: change.faceA,
        faceB: change.faceB,
        source: 'human' as const,
        actor: context.actor,
        operationId,
        createdAt: context.at,
        retiredAt: null,
      })),
    );
    const openItemIds = await this.writeItems(repositories, { decided, reaction, operationId, context });
    if (deleted.length > 0) await repositories.clusters.delete(deleted);

    const clusters = (await repositories.clusters.findMany([...touched])).map(({ id, state, version }) => ({
      id,
      state,
      version,
    }));
    return {
      operationId,
      kind: plan.kind,
      actor: context.actor,
      createdAt: context.at,
      affectedFaceIds: affected,
      clusters,
      deletedClusterIds: deleted,
      closedItemIds: decided.map((change) => change.itemId),
      supersededItemIds: reaction.superseded,
      cancelledItemIds: reaction.cancelled,
      openItemIds,
      constraintsAdded,
      constraintsRetired: retired.length,
    };
  }

  private async createClusters(
    repositories: TenantRepositories,
    changes: readonly Change[],
    at: Date,
  ): Promise<void> {
    await repositories.clusters.insertMany(
      ofKind(changes, 'create_cluster').map((change) => ({
        id: change.clusterId,
        state: change.state,
        label: change.label,
        externalRef: change.externalRef,
        coverFaceId: null,
        mergedInto: null,
        version: 1,
        createdAt: at,
        updatedAt: at,
      })),
    );
  }

  private async writeFaces(repositories: TenantRepositories, writes: FaceWrites): Promise<void> {
    for (const { ids, patch } of groupByPatch(writes.patches)) await repositories.faces.update(ids, patch);
    if (writes.dismissed.length > 0) await repositories.embeddings.deleteByFaceIds(writes.dismissed);
    if (writes.erased.length > 0) await repositories.faces.delete(writes.erased);
  }

  /**
   * Writes states, labels, covers and merges, and raises the version of every touched cluster.
   * @returns Ids of clusters that nobody needs any more: provisional or hidden ones without a face, and any cluster whose
   * last face was erased.
   */
  private async updateClusters(
    repositories: TenantRepositories,
    work: {
      readonly changes: readonly Change[];
      readonly touched: ReadonlySet<string>;
      readonly writes: FaceWrites;
      readonly moved: ReadonlySet<string>;
      readonly clustersBefore: readonly ClusterRecord[];
    },
  ): Promise<string[]> {
    const patches = new Map<string, ClusterPatch>();
    const add = (clusterId: string, patch: ClusterPatch): void => {
      patches.set(clusterId, { ...patches.get(clusterId), ...patch });
    };
    for (const cluster of work.clustersBefore) {
      const coverLeft = cluster.coverFaceId !== null && work.moved.has(cluster.coverFaceId);
      add(
        cluster.id,
        coverLeft && !work.writes.erased.includes(cluster.coverFaceId) ? { coverFaceId: null } : {},
      );
    }
    for (const change of work.changes) {
      if (change.do === 'update_cluster') {
        const { do: _do, clusterId, ...patch } = change;
        add(clusterId, patch);
      } else if (change.do === 'close_as_merged') {
        add(change.clusterId, { state: 'merged', mergedInto: change.into, coverFaceId: null });
        await repositories.clusters.redirectMerged(change.clusterId, change.into);
      }
    }
    for (const [clusterId, patch] of [...patches].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await repositories.clusters.update(clusterId, patch);
    }
    const counted = new Set(
      (await repositories.faces.countByClusters([...work.touched])).map((row) => row.clusterId),
    );
    const emptyIds = [...work.touched].filter((id) => !counted.has(id));
    if (emptyIds.length === 0) return [];
    const erasing = work.writes.erased.length > 0;
    const losers = new Set(work.clustersBefore.map((cluster) => cluster.id));
    return (await repositories.clusters.findMany(emptyIds))
      .filter((cluster) => losers.has(cluster.id) && cluster.state !== 'merged')
      .filter((cluster) => erasing || (cluster.state !== 'confirmed' && cluster.label === null))
      .map((cluster) => cluster.id);
  }

  private async writeItems(
    repositories: TenantRepositories,
    work: {
      readonly decided: readonly OfKind<'close_item'>[];
      readonly reaction: ReactionResult;
      readonly operationId: string;
      readonly context: ApplyContext;
    },
  ): Promise<string[]> {
    const { actor, at } = work.context;
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
      await repositories.reviewItems.replaceEvidence(work.reaction.cancelled, {});
    }
    const open: string[] = [];
    for (const question of work.reaction.questions) {
      const { do: _do, ...asked } = question;
      const item = await repositories.reviewItems.upsertOpen({ ...asked, id: uuidv7(), createdAt: at });
      open.push(item.id);
    }
    return open;
  }
}

/** Clusters that a plan names itself. */
function namedClusters(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => {
    switch (change.do) {
      case 'create_cluster':
      case 'update_cluster':
      case 'delete_cluster':
        return [change.clusterId];
      case 'close_as_merged':
        return [change.clusterId, change.into];
      default:
        return [];
    }
  });
}

const clusterBefore = (cluster: ClusterRecord): Record<string, unknown> => ({
  id: cluster.id,
  state: cluster.state,
  label: cluster.label,
  external_ref: cluster.externalRef,
  cover_face_id: cluster.coverFaceId,
  merged_into: cluster.mergedInto,
  version: cluster.version,
});
