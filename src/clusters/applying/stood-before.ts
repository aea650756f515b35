// What stands before a plan is carried out, as far as the plan changes it: undo and the record of the operation need it.
import type {
  ClusterRecord,
  ConstraintRecord,
  FaceRecord,
  ReviewItemRecord,
} from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { type NewConstraint, newConstraints } from './constraint-writes.js';
import { clusterReach, type ClusterReach, type PlannedWork } from './planned-work.js';

export interface StoodBefore {
  /** Faces that change or go. */
  readonly faces: readonly FaceRecord[];
  readonly reach: ClusterReach;
  /** Clusters of the reach that are stored. */
  readonly clusters: readonly ClusterRecord[];
  /** Constraints of the plan that do not stand yet. */
  readonly added: readonly NewConstraint[];
  /** Retired ones that will stand again. */
  readonly reinstated: readonly ConstraintRecord[];
}

/** Read before anything is written. */
export async function readBefore(repositories: TenantRepositories, work: PlannedWork): Promise<StoodBefore> {
  const faces = await repositories.faces.findMany(work.affectedFaceIds);
  const reach = clusterReach(work, faces);
  const clusters = await repositories.clusters.findMany(reach.standing);
  const added = await newConstraints(repositories, work.changes);
  const reinstated = await repositories.constraints.findMany(work.reinstated);
  return { faces, reach, clusters, added, reinstated };
}

/** What points at the faces and clusters of a plan. */
export interface Dependents {
  /** Open items about them. */
  readonly items: readonly ReviewItemRecord[];
  /** Clusters that were merged into one which now is merged itself. */
  readonly redirected: readonly ClusterRecord[];
}

/** Read when the items that come back are open again, and before the rows that items name are gone. */
export async function readDependents(
  repositories: TenantRepositories,
  work: PlannedWork,
  { reach, added, reinstated }: StoodBefore,
): Promise<Dependents> {
  const keptApart = await clustersKeptApart(repositories, [...added, ...reinstated]);
  const items = await repositories.reviewItems.findOpenTouching({
    faceIds: work.affectedFaceIds,
    clusterIds: [...reach.standing, ...keptApart],
  });
  const redirected = await repositories.clusters.listMergedInto(
    work.merged.map(({ clusterId }) => clusterId),
  );
  return { items, redirected };
}

/** Clusters that cannot-links come to stand between: what was asked about the two may be settled. */
async function clustersKeptApart(
  repositories: TenantRepositories,
  coming: readonly Pick<ConstraintRecord, 'kind' | 'faceA' | 'faceB'>[],
): Promise<string[]> {
  const ends = coming.flatMap(({ kind, faceA, faceB }) => (kind === 'cannot_link' ? [faceA, faceB] : []));
  const faces = await repositories.faces.findMany([...new Set(ends)]);
  return [...new Set(faces.flatMap((face) => face.clusterId ?? []))];
}
