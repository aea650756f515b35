// The rows of the database as the rest of the house sees them: plain records, camelCase, no type of Prisma.
// Ids are UUIDv7 strings made by the caller; times are Dates in UTC with ms precision.
import { REVIEW_KINDS, type ReviewKind } from '../domain/review/review-item.js';
import type { ReviewNote, ReviewSkip } from '../domain/review/work.js';

/** The content of a jsonb column: plain JSON values only. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface TenantRecord {
  /** 1–64 of A–Z a–z 0–9 . _ - */
  readonly id: string;
  readonly settings: JsonObject;
  readonly version: number;
  /** The space in which its faces are compared; absent or null: that of the first face to come. */
  readonly space?: string | null;
  /** The erasure that is taking the tenant away; absent or null: none. */
  readonly erasureId?: string | null;
  /** The last time that somebody read or wrote in the tenant, to ten minutes; absent or null: never. */
  readonly lastUsedAt?: Date | null;
  /** What retention has announced, as `domain/retention` writes it. */
  readonly retentionState?: JsonObject;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface TenantCounts {
  readonly imageCount: number;
  readonly faceCount: number;
  /** Clusters that are not merged into another. */
  readonly clusterCount: number;
  /** Open and claimed items. */
  readonly openReviewCount: number;
}

/** Rows per table of one tenant. */
export type TenantInventory = Readonly<
  Record<
    | 'apiKeys'
    | 'images'
    | 'modelChanges'
    | 'modelChangeImages'
    | 'modelChangeFaces'
    | 'faces'
    | 'faceEmbeddings'
    | 'clusters'
    | 'clusterCentroids'
    | 'constraints'
    | 'reviewItems'
    | 'operations'
    | 'operationSubjects'
    | 'jobs'
    | 'idempotencyKeys'
    | 'optOuts'
    | 'requestWindows',
    number
  >
>;

/** A person who must not be grouped. */
export interface OptOutRecord {
  readonly id: string;
  /** Spaces in which the person is known again. */
  readonly spaces: readonly string[];
  /** Faces that the person had, >= 1. */
  readonly faceCount: number;
  /** Names the document of the request. */
  readonly reference: string | null;
  readonly createdAt: Date;
}

export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  /** Unique over all tenants. */
  readonly prefix: string;
  readonly secretHash: string;
  /** The pepper under which the hash was made; null: a bare SHA-256 of earlier versions, which opens nothing. */
  readonly pepperId: string | null;
  /** The key that this one was rotated from. */
  readonly replacesId: string | null;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

export interface ImageRecord {
  readonly id: string;
  readonly externalId: string | null;
  /** 64 lower-case hex characters; unique within a tenant. */
  readonly sha256: string;
  /** 16 lower-case hex characters. */
  readonly phash: string;
  readonly contentType: string;
  /** px of the upright image. */
  readonly width: number;
  readonly height: number;
  readonly byteSize: number;
  readonly capturedAt: Date | null;
  readonly label: string | null;
  readonly notes: readonly string[];
  /** Degrees clockwise by which the pixels were turned to be upright, after EXIF. */
  readonly turn: 0 | 90 | 180 | 270;
  readonly createdAt: Date;
}

export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export type LandmarkPair = readonly [x: number, y: number];
export type LandmarkPairs = readonly [LandmarkPair, LandmarkPair, LandmarkPair, LandmarkPair, LandmarkPair];

export const FACE_ASSIGNMENTS = ['assigned', 'created', 'asked', 'unclustered'] as const;
export type FaceAssignment = (typeof FACE_ASSIGNMENTS)[number];
export const FACE_ASSIGNERS = ['auto', 'human', 'import'] as const;
export type FaceAssigner = (typeof FACE_ASSIGNERS)[number];
export const FACE_STATES = ['active', 'unclustered', 'dismissed'] as const;
export type FaceState = (typeof FACE_STATES)[number];

export interface FaceRecord {
  readonly id: string;
  readonly imageId: string;
  readonly clusterId: string | null;
  /** px of the upright image. */
  readonly box: FaceBox;
  /** Left eye, right eye, nose, left mouth corner, right mouth corner; px of the upright image. */
  readonly landmarks: LandmarkPairs;
  /** 0..1 */
  readonly detectionScore: number;
  /** 0..1 */
  readonly quality: number;
  readonly reasons: readonly string[];
  readonly assignment: FaceAssignment;
  readonly assignedBy: FaceAssigner;
  /** True: automation never moves it. */
  readonly locked: boolean;
  readonly state: FaceState;
  /** Cosine to what it was assigned by, -1..1. */
  readonly similarity: number | null;
  /** Calibrated chance that the assignment is right, 0..1. */
  readonly probability: number | null;
  /** Id of the model pack. */
  readonly space: string;
  readonly createdAt: Date;
}

export const CLUSTER_STATES = ['pending', 'confirmed', 'ignored', 'merged'] as const;
export type ClusterState = (typeof CLUSTER_STATES)[number];

export interface ClusterRecord {
  readonly id: string;
  readonly state: ClusterState;
  readonly label: string | null;
  readonly externalRef: string | null;
  readonly coverFaceId: string | null;
  /** Set only in state merged. */
  readonly mergedInto: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ClusterCounts {
  /** Active faces. */
  readonly faceCount: number;
  /** Images with an active face of the cluster. */
  readonly imageCount: number;
}
export interface CountedClusterRecord extends ClusterRecord, ClusterCounts {
  /** Names the document of the person's consent. No change plan touches it: it goes with its cluster. */
  readonly consentRef: string | null;
  /** The active face of best quality. */
  readonly clearestFaceId: string | null;
}

export const CONSTRAINT_KINDS = ['must_link', 'cannot_link', 'same_image_ok'] as const;
export type ConstraintKind = (typeof CONSTRAINT_KINDS)[number];
export const CONSTRAINT_SOURCES = ['human', 'import'] as const;
export type ConstraintSource = (typeof CONSTRAINT_SOURCES)[number];

export interface ConstraintRecord {
  readonly id: string;
  readonly kind: ConstraintKind;
  /** `faceA < faceB` as text. */
  readonly faceA: string;
  readonly faceB: string;
  readonly source: ConstraintSource;
  readonly actor: string;
  /** The operation must be inserted first. */
  readonly operationId: string;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
}

/** `claimed` is never stored: an open item is claimed while its lease holds. */
export const REVIEW_STATES = [
  'open',
  'claimed',
  'resolved',
  'dismissed',
  'superseded',
  'expired',
  'cancelled',
] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];
/** States that end an item. */
export type ClosedReviewState = Exclude<ReviewState, 'open' | 'claimed'>;
export { REVIEW_KINDS, type ReviewKind };

export interface ReviewItemRecord {
  readonly id: string;
  /** Small and stable, counted within the tenant; never given to another item. */
  readonly number: number;
  readonly kind: ReviewKind;
  readonly state: ReviewState;
  readonly version: number;
  /** What the question is about; one open item per kind and subject. */
  readonly subjectKey: string;
  readonly faceId: string | null;
  readonly clusterId: string | null;
  /** The second cluster of a pair. */
  readonly otherClusterId: string | null;
  readonly imageId: string | null;
  /** The second image of a pair. */
  readonly otherImageId: string | null;
  /** Ids, similarities and probabilities. */
  readonly evidence: JsonObject;
  /** Higher is asked first. */
  readonly priority: number;
  /** Of the best candidate, for sorting and filters. */
  readonly similarity: number | null;
  readonly probability: number | null;
  readonly outcome: JsonObject | null;
  readonly operationId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  /** Who claimed it; with `leaseExpiresAt`, or neither. A claim that has expired counts as none. */
  readonly assignee: string | null;
  readonly leaseExpiresAt: Date | null;
  readonly snoozedUntil: Date | null;
  readonly skips: readonly ReviewSkip[];
  /** Oldest first. */
  readonly notes: readonly ReviewNote[];
}

export interface OperationRecord {
  readonly id: string;
  readonly kind: string;
  readonly actor: string;
  /** What changed, with what stood before: see src/domain/cluster/recorded-changes.ts. */
  readonly changes: JsonObject;
  readonly summary: JsonObject;
  readonly createdAt: Date;
  /** The operation that this one takes back. */
  readonly undoesId: string | null;
}

/** What an operation is about. Erased faces and deleted clusters keep their ids here. */
export interface OperationSubjects {
  readonly faceIds: readonly string[];
  readonly clusterIds: readonly string[];
}

export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobRecord {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  readonly progress: JsonObject;
  readonly input: JsonObject;
  readonly result: JsonObject | null;
  readonly problem: JsonObject | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface EmbeddingSpaceRecord {
  /** Id of the model pack. */
  readonly id: string;
  /** 64 lower-case hex characters. */
  readonly recogniserSha256: string;
  /** Values that the recogniser puts out, 1..512. */
  readonly width: number;
  readonly createdAt: Date;
}
