// What people ask of clusters and faces by hand, and what they are answered.
import type { CountedClusterRecord, FaceRecord } from '../database/records.js';
import type { AppliedOperation } from './applying/apply-plan.js';

export interface ClusterReport {
  readonly cluster: CountedClusterRecord;
  readonly operation: AppliedOperation;
}

export interface FaceReport {
  readonly face: FaceRecord;
  readonly operation: AppliedOperation;
}

/** Members that are absent stay as they are; null empties. */
export interface ClusterPatchRequest {
  readonly label?: string | null | undefined;
  readonly externalRef?: string | null | undefined;
  readonly coverFaceId?: string | null | undefined;
  readonly consentRef?: string | null | undefined;
  readonly state?: 'pending' | 'confirmed' | 'ignored' | undefined;
}

export interface NewClusterRequest {
  readonly label?: string | null | undefined;
  readonly externalRef?: string | null | undefined;
  /** Faces to move in; each is a human move. */
  readonly faceIds?: readonly string[] | undefined;
  readonly override?: boolean | undefined;
}

export interface MergeClustersRequest {
  readonly sourceId: string;
  readonly targetId: string;
  /** The clusters have different labels: keep the target's. */
  readonly keepLabel?: boolean | undefined;
  readonly override?: boolean | undefined;
}

export interface SplitClusterRequest {
  readonly groups: readonly (readonly string[])[];
  readonly override?: boolean | undefined;
}
