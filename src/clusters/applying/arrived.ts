// What the assignment of a new photo has inserted before its plan is applied, so that nothing of it is read again.
import type { ClusterRecord, FaceRecord } from '../../database/records.js';
import type { NearbyCluster } from '../../domain/review/review-item.js';

/** Faces of a new photo and the clusters that they founded; the centroids are up to date. */
export interface Arrived {
  readonly faces: readonly FaceRecord[];
  readonly clusters: readonly ClusterRecord[];
  /** What came closest to each founded cluster, best first, by its id. */
  readonly nearest: ReadonlyMap<string, readonly NearbyCluster[]>;
}

export const NOTHING_ARRIVED: Arrived = { faces: [], clusters: [], nearest: new Map() };
