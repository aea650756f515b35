// What consolidation changes, as a change plan and as a difference that a human can read: only the difference, nothing else.
import type { Change } from '../change-plan.js';
import { type ClusterFacts, type FaceFacts, heldByHuman } from '../cluster-facts.js';
import { type PlacedFace, placeFaces, type WordAboutFaces } from './placement.js';

export interface ConsolidatedFace extends FaceFacts {
  readonly contentKey: string;
  readonly assignedBy: 'auto' | 'human' | 'import';
  /** It was not compared with the others: it stays. */
  readonly pinned: boolean;
  /** Clear enough to found a cluster. */
  readonly mayFound: boolean;
}

export type ConsolidatedCluster = Omit<ClusterFacts, 'faces'>;

export interface ConsolidationFacts {
  readonly faces: readonly ConsolidatedFace[];
  /** Group of each face, any label. */
  readonly groupOf: ArrayLike<number>;
  /** All that are not merged. */
  readonly clusters: readonly ConsolidatedCluster[];
  readonly words: readonly WordAboutFaces[];
  readonly newClusterId: () => string;
}

export interface FaceMove {
  readonly faceId: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Ids in the order of ids. */
export interface ConsolidationDifference {
  readonly moves: readonly FaceMove[];
  /** Clusters whose faces all go to one other. */
  readonly merged: readonly { readonly clusterId: string; readonly into: string }[];
  /** Clusters whose faces go to several places, and these; null: with nobody. */
  readonly split: readonly { readonly clusterId: string; readonly into: readonly (string | null)[] }[];
  readonly created: readonly { readonly clusterId: string; readonly faceIds: readonly string[] }[];
  /** Clusters that lose their last face and are removed. */
  readonly emptied: readonly string[];
  /** Named clusters that gain and lose nothing. */
  readonly namedUntouched: readonly string[];
  readonly namedChanged: readonly string[];
}

export interface ConsolidationPlan {
  readonly changes: readonly Change[];
  readonly difference: ConsolidationDifference;
  /** Clusters as they are after the changes, by id; those without a face are left out. */
  readonly after: ReadonlyMap<string, ClusterFacts>;
  /** Clusters that humans hold, and the pairs of them that evidence would join. */
  readonly held: ReadonlySet<string>;
  readonly joinable: readonly (readonly [string, string])[];
  /** Pairs of clusters that evidence would put into one place, and a human's word keeps apart. */
  readonly opposed: readonly (readonly [string, string])[];
}

export function planConsolidation(facts: ConsolidationFacts): ConsolidationPlan {
  const { faces } = facts;
  const held = heldClusters(faces, facts.clusters);
  const { homes, founded, joinable, opposed } = placeFaces({ ...facts, faces: faces.map(placed), held });
  const moves = faces
    .map((face, i): FaceMove => ({ faceId: face.id, from: face.clusterId, to: homes[i]! }))
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => (a.faceId < b.faceId ? -1 : 1));
  const after = clustersAfter(facts, homes, founded);
  const difference = { moves, ...clusterDifference(facts, moves, after, founded) };
  return { changes: changesOf(facts, difference), difference, after, held, joinable, opposed };
}

/** Where an import put a face it stays, as below a human the machine stands below an import; it says less of its cluster. */
const placed = (face: ConsolidatedFace): PlacedFace => ({
  ...face,
  imported: face.assignedBy === 'import' && face.clusterId !== null,
});

/** Clusters that the machine neither dissolves nor joins. */
export function heldClusters(
  faces: readonly Pick<FaceFacts, 'clusterId' | 'locked'>[],
  clusters: readonly (Pick<ClusterFacts, 'label'> & { readonly id: string; readonly state: string })[],
): Set<string> {
  const locked = new Map<string, number>();
  for (const face of faces)
    if (face.locked && face.clusterId !== null)
      locked.set(face.clusterId, (locked.get(face.clusterId) ?? 0) + 1);
  return new Set(
    clusters
      .filter(({ id, state, label }) =>
        heldByHuman({ state: state as ClusterFacts['state'], label }, locked.get(id) ?? 0),
      )
      .map(({ id }) => id),
  );
}

function clustersAfter(
  { faces, clusters }: ConsolidationFacts,
  homes: readonly (string | null)[],
  founded: readonly string[],
): Map<string, ClusterFacts> {
  const members = new Map<string, FaceFacts[]>();
  for (const [i, face] of faces.entries()) {
    const home = homes[i]!;
    if (home === null) continue;
    const list = members.get(home);
    const placed = { ...face, clusterId: home, state: 'active' as const };
    if (list === undefined) members.set(home, [placed]);
    else list.push(placed);
  }
  const known = new Map(clusters.map((cluster) => [cluster.id, cluster]));
  for (const id of founded) known.set(id, { id, state: 'pending', label: null, externalRef: null });
  return new Map(
    [...members].flatMap(([id, list]) => {
      const cluster = known.get(id);
      return cluster === undefined ? [] : [[id, { ...cluster, faces: list }] as const];
    }),
  );
}

function clusterDifference(
  { faces, clusters }: ConsolidationFacts,
  moves: readonly FaceMove[],
  after: ReadonlyMap<string, ClusterFacts>,
  founded: readonly string[],
): Omit<ConsolidationDifference, 'moves'> {
  const before = new Map<string, number>();
  for (const { clusterId } of faces)
    if (clusterId !== null) before.set(clusterId, (before.get(clusterId) ?? 0) + 1);
  const left = new Map<string, { count: number; into: Set<string | null> }>();
  const touched = new Set<string | null>();
  for (const { from, to } of moves) {
    touched.add(from).add(to);
    if (from === null) continue;
    const flow = left.get(from) ?? { count: 0, into: new Set() };
    flow.count++;
    flow.into.add(to);
    left.set(from, flow);
  }
  const merged: { clusterId: string; into: string }[] = [];
  const split: { clusterId: string; into: (string | null)[] }[] = [];
  const emptied: string[] = [];
  for (const [clusterId, { count, into }] of [...left].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const goes = [...into].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
    const all = count === before.get(clusterId) && !after.has(clusterId);
    const [only] = goes;
    if (all && goes.length === 1 && typeof only === 'string') merged.push({ clusterId, into: only });
    else if (all && goes.length === 1) emptied.push(clusterId);
    else {
      if (all) emptied.push(clusterId);
      split.push({ clusterId, into: goes });
    }
  }
  const named = clusters
    .filter(({ label }) => label !== null)
    .map(({ id }) => id)
    .sort();
  return {
    merged,
    split,
    emptied,
    created: [...founded].sort().map((clusterId) => ({
      clusterId,
      faceIds: after
        .get(clusterId)!
        .faces.map((face) => face.id)
        .sort(),
    })),
    namedUntouched: named.filter((id) => !touched.has(id)),
    namedChanged: named.filter((id) => touched.has(id)),
  };
}

function changesOf(
  { faces }: ConsolidationFacts,
  { moves, merged, created }: ConsolidationDifference,
): Change[] {
  const byId = new Map(faces.map((face) => [face.id, face]));
  const joined = new Set(merged.map(({ clusterId }) => clusterId));
  return [
    ...created.map(({ clusterId }): Change => ({
      do: 'create_cluster',
      clusterId,
      state: 'pending',
      label: null,
      externalRef: null,
    })),
    ...moves.map(({ faceId, from, to }): Change => ({
      do: 'move_face',
      faceId,
      toClusterId: to,
      ...(byId.get(faceId)!.assignedBy === 'auto' ? {} : { assignedBy: 'auto' as const }),
      // A face that leaves its cluster behind leaves the figures of that place, too.
      ...(joined.has(from ?? '') ? {} : { similarity: null, probability: null }),
    })),
    ...merged.map(({ clusterId, into }): Change => ({ do: 'close_as_merged', clusterId, into })),
  ];
}
