// The one executor of change plans. It runs inside the caller's transaction, under the tenant's lock.
//
// [Note: Order of writes] Faces and clusters first, because review items and centroids follow from where faces are then;
// the operation next, because constraints and closed items name it; emptied clusters are deleted last.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { ClusterRecord, JsonObject } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { ChangePlan } from '../domain/cluster/change-plan.js';
import { namedClusters, ofKind, type OfKind } from '../domain/cluster/plan-parts.js';
import { clustersOf, FORMAT, type RecordedChanges } from '../domain/cluster/recorded-changes.js';
import { refuseUnderHold } from '../erasure/legal-hold.js';
import { type Arrived, NOTHING_ARRIVED } from './arrived.js';
import { createClusters, emptiedClusters, updateClusters } from './cluster-writes.js';
import { foldFaceChanges, writeFaces } from './face-writes.js';
import { changedItems, openedItems, reopenedItems, stillOpen } from './item-changes.js';
import { restoreItems, writeItems } from './item-writes.js';
import { newConstraints } from './new-constraints.js';
import {
  clusterDeltas,
  deletedClusters,
  faceDeltas,
  itemDelta,
  joinItemDeltas,
  redirectDeltas,
} from './record-changes.js';
import { ReviewReactions, settledClusters } from './review-reactions.js';
import type { TenantPolicy } from './assignment-policies.js';

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
  private readonly reactions = new ReviewReactions();

  async apply(
    repositories: TenantRepositories,
    plan: ChangePlan,
    context: ApplyContext,
  ): Promise<AppliedOperation> {
    const operationId = uuidv7();
    const { changes } = plan;
    const { arrived = NOTHING_ARRIVED } = context;
    const writes = foldFaceChanges(changes);
    // "No face" erases an embedding as well.
    if (writes.erased.length + writes.dismissed.length > 0) await refuseUnderHold(repositories);
    const affected = [...new Set([...writes.patches.keys(), ...writes.erased])].sort();
    const before = await repositories.faces.findMany(affected);
    const moved = before.filter((face) => {
      const to = writes.patches.get(face.id)?.clusterId;
      return writes.erased.includes(face.id) || (to !== undefined && to !== face.clusterId);
    });
    const left = new Set<string>();
    const reshaped = new Set<string>();
    for (const face of moved) {
      if (face.clusterId !== null) {
        left.add(face.clusterId);
        reshaped.add(face.clusterId);
      }
      const to = writes.patches.get(face.id)?.clusterId;
      if (to !== undefined && to !== null) reshaped.add(to);
    }
    const grown = arrived.faces.flatMap((face) => face.clusterId ?? []);
    const touched = new Set([...reshaped, ...grown, ...namedClusters(changes)]);
    const founded = new Set(arrived.clusters.map((cluster) => cluster.id));
    const standing = [...touched].filter((id) => !founded.has(id));
    const clustersBefore = await repositories.clusters.findMany(standing);
    const added = await newConstraints(repositories, changes);
    const retired = [...new Set(ofKind(changes, 'retire_constraint').map((change) => change.constraintId))];
    const reinstated = ofKind(changes, 'reinstate_constraint').map((change) => change.constraintId);
    const created = await createClusters(repositories, changes, context.at);
    const restoredItems = await restoreItems(repositories, changes, context.at);
    // Read before the rows that the items name are gone.
    const touchedItems = await repositories.reviewItems.findOpenTouching({
      faceIds: affected,
      clusterIds: [...standing, ...(await clustersKeptApart(repositories, added))],
    });

    const redirected = await repositories.clusters.listMergedInto(
      ofKind(changes, 'close_as_merged').map((change) => change.clusterId),
    );
    await writeFaces(repositories, writes);
    await repositories.centroids.recompute([...reshaped].sort());
    const clustersAfter = new Map([
      ...[...arrived.clusters, ...created].map((cluster) => [cluster.id, cluster] as const),
      ...(await updateClusters(repositories, {
        changes,
        writes,
        moved: new Set(moved.map((face) => face.id)),
        clustersBefore,
      })),
    ]);
    const emptied = await emptiedClusters(repositories, {
      left: [...left].flatMap((id) => clustersAfter.get(id) ?? []),
      erasing: writes.erased.length > 0,
    });

    const deleted = [
      ...new Set([...emptied, ...ofKind(changes, 'delete_cluster').map((change) => change.clusterId)]),
    ].sort();
    for (const id of deleted) clustersAfter.delete(id);

    const decided = ofKind(changes, 'close_item');
    const withdrawn = ofKind(changes, 'supersede_item').map((change) => change.itemId);
    const reaction = await this.reactions.plan(repositories, {
      items: touchedItems,
      decidedItemIds: new Set([...decided.map((change) => change.itemId), ...withdrawn]),
      clusters: clustersAfter,
      settledClusterIds: settledClusters(clustersBefore, clustersAfter),
      arrived,
      deletedClusterIds: deleted,
      erasedFaceIds: writes.erased,
      newClusterIds: new Set([...founded, ...created.map((cluster) => cluster.id)]),
      opening: ofKind(changes, 'open_item').filter(({ kind }) => context.policy.review.kinds[kind]),
      askAnewAbout: plan.askAnewAbout,
      reshaping:
        affected.length + added.length + retired.length + reinstated.length + restoredItems.length > 0,
      adding: added,
      retiring: retired,
      policy: context.policy,
    });
    const questions = reaction.questions.map((question) => ({ ...question, id: uuidv7() }));

    const constraintIds = added.map(() => uuidv7());
    const erasing = writes.erased.length > 0;
    const into = new Map(ofKind(changes, 'close_as_merged').map((change) => [change.clusterId, change.into]));
    const record: RecordedChanges = {
      format: FORMAT,
      faces_added: arrived.faces.map((face) => ({ id: face.id, cluster_id: face.clusterId })),
      faces_changed: faceDeltas(before, writes),
      faces_dismissed: writes.dismissed,
      faces_erased: writes.erased,
      clusters_added: [...founded, ...created.map((cluster) => cluster.id)],
      clusters_changed: [
        ...clusterDeltas(clustersBefore, clustersAfter),
        ...redirectDeltas(redirected, (from) => into.get(from) ?? null),
        ...redirectDeltas(await repositories.clusters.listMergedInto(deleted), () => null),
      ],
      clusters_deleted: deletedClusters(deleted, clustersBefore, !erasing),
      constraints_added: constraintIds,
      constraints_retired: retired,
      constraints_reinstated: reinstated,
      items_opened: openedItems(questions, reaction),
      items_changed: joinItemDeltas([
        ...restoredItems,
        ...changedItems(reaction, [...decided.map((change) => change.itemId), ...withdrawn], questions, {
          keepEvidence: !erasing && writes.dismissed.length === 0,
        }),
        ...(await repositories.reviewItems.listNaming(deleted)).map((item) =>
          itemDelta(item, ['cluster_id', 'other_cluster_id']),
        ),
      ]),
    };
    const endsOfNamed = await repositories.constraints.findMany([...retired, ...reinstated]);
    await repositories.operations.insert(
      {
        id: operationId,
        kind: plan.kind,
        actor: context.actor,
        createdAt: context.at,
        undoesId: context.undoesId ?? null,
        changes: { ...context.details, ...record },
        summary: {
          faces: affected.length + arrived.faces.length,
          clusters: touched.size,
          constraints_added: added.length + reinstated.length,
          constraints_retired: retired.length,
        },
      },
      {
        faceIds: [
          ...affected,
          ...arrived.faces.map((face) => face.id),
          ...[...added, ...endsOfNamed].flatMap(({ faceA, faceB }) => [faceA, faceB]),
        ],
        clusterIds: [...touched, ...clustersOf(record)],
      },
    );

    await repositories.constraints.retire(retired, context.at);
    const standAgain = await repositories.constraints.reinstate(reinstated);
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
    const openItemIds = await writeItems(repositories, {
      decided,
      reaction: { ...reaction, superseded: [...withdrawn, ...reaction.superseded] },
      questions,
      operationId,
      actor: context.actor,
      at: context.at,
    });
    if (deleted.length > 0) await repositories.clusters.delete(deleted);

    const clusters = [...clustersAfter.values()]
      .map(({ id, state, version }) => ({ id, state, version }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      operationId,
      kind: plan.kind,
      actor: context.actor,
      createdAt: context.at,
      affectedFaceIds: affected,
      clusters,
      deletedClusterIds: deleted,
      closedItemIds: decided.map((change) => change.itemId),
      supersededItemIds: [...withdrawn, ...reaction.superseded],
      cancelledItemIds: reaction.cancelled,
      openItemIds: [...openItemIds, ...stillOpen(reopenedItems(changes), reaction, openItemIds)],
      constraintsAdded: constraintsAdded + standAgain,
      constraintsRetired: retired.length,
    };
  }
}

/** Clusters that new cannot-links stand between: what was asked about the two may be settled. */
async function clustersKeptApart(
  repositories: TenantRepositories,
  added: readonly OfKind<'add_constraint'>[],
): Promise<string[]> {
  const ends = added.flatMap(({ kind, faceA, faceB }) => (kind === 'cannot_link' ? [faceA, faceB] : []));
  const faces = await repositories.faces.findMany([...new Set(ends)]);
  return [...new Set(faces.flatMap((face) => face.clusterId ?? []))];
}
