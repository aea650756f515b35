// What a change plan asks for, sorted by what it is about, and which clusters that reaches. Nothing is read or written here.
import type { FaceRecord } from '../../database/records.js';
import type { Change, ChangePlan } from '../../domain/cluster/change-plan.js';
import { namedClusters, ofKind, type OfKind } from '../../domain/cluster/plan-parts.js';
import { type Arrived, NOTHING_ARRIVED } from './arrived.js';
import { type FaceWrites, foldFaceChanges } from './face-writes.js';

export interface PlannedWork {
  readonly changes: readonly Change[];
  readonly arrived: Arrived;
  readonly faces: FaceWrites;
  /** Stored faces that change or go, in the order of ids. */
  readonly affectedFaceIds: readonly string[];
  /** Faces go: nothing of what stood before is kept. */
  readonly erasing: boolean;
  readonly merged: readonly OfKind<'close_as_merged'>[];
  readonly retired: readonly string[];
  readonly reinstated: readonly string[];
  readonly decided: readonly OfKind<'close_item'>[];
  /** Items that the plan itself supersedes. */
  readonly withdrawn: readonly string[];
}

export function plannedWork({ changes }: ChangePlan, arrived: Arrived = NOTHING_ARRIVED): PlannedWork {
  const faces = foldFaceChanges(changes);
  return {
    changes,
    arrived,
    faces,
    affectedFaceIds: [...new Set([...faces.patches.keys(), ...faces.erased])].sort(),
    erasing: faces.erased.length > 0,
    merged: ofKind(changes, 'close_as_merged'),
    retired: [...new Set(ofKind(changes, 'retire_constraint').map((change) => change.constraintId))],
    reinstated: ofKind(changes, 'reinstate_constraint').map((change) => change.constraintId),
    decided: ofKind(changes, 'close_item'),
    withdrawn: ofKind(changes, 'supersede_item').map((change) => change.itemId),
  };
}

/** Clusters that a plan reaches, by their ids. */
export interface ClusterReach {
  /** Stored faces that leave the cluster where they are. */
  readonly movedFaceIds: ReadonlySet<string>;
  /** A face leaves them. */
  readonly left: readonly string[];
  /** A stored face leaves or joins them, so their centroids are summed anew. */
  readonly reshaped: readonly string[];
  /** All of them: reshaped, grown by faces that arrived, or named by the plan. */
  readonly touched: readonly string[];
  /** Those touched that did not arrive with this very change. */
  readonly standing: readonly string[];
}

/** @param affected The faces that the work is about, as they are before it. */
export function clusterReach(work: PlannedWork, affected: readonly FaceRecord[]): ClusterReach {
  const erased = new Set(work.faces.erased);
  /** Undefined: it stays where it is, or goes for good. */
  const goalOf = (face: FaceRecord): string | null | undefined => work.faces.patches.get(face.id)?.clusterId;
  const moved = affected.filter((face) => {
    const goal = goalOf(face);
    return erased.has(face.id) || (goal !== undefined && goal !== face.clusterId);
  });
  const reshaped = moved.flatMap((face) =>
    [face.clusterId, goalOf(face)].filter((id) => typeof id === 'string'),
  );
  const grown = work.arrived.faces.flatMap((face) => face.clusterId ?? []);
  const touched = [...new Set([...reshaped, ...grown, ...namedClusters(work.changes)])];
  const founded = new Set(work.arrived.clusters.map((cluster) => cluster.id));
  return {
    movedFaceIds: new Set(moved.map((face) => face.id)),
    left: [...new Set(moved.flatMap((face) => face.clusterId ?? []))],
    reshaped: [...new Set(reshaped)],
    touched,
    standing: touched.filter((id) => !founded.has(id)),
  };
}
