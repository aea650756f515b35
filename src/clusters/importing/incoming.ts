// What an import brings, as records in the ids of the export.
import type {
  ClusterRecord,
  ConstraintRecord,
  FaceRecord,
  ImageRecord,
  ReviewItemRecord,
} from '../../database/records.js';
import type { Embedding, EmbeddingSpace } from '../../domain/face/embedding.js';

export interface IncomingFace {
  readonly record: FaceRecord;
  /** In the space of today; null: a dismissed face. */
  readonly embedding: Embedding | null;
}

/** With what its person's consent is filed under. */
export type IncomingCluster = ClusterRecord & { readonly consentRef: string | null };
export type IncomingConstraint = Omit<ConstraintRecord, 'operationId'>;
export type IncomingItem = Omit<ReviewItemRecord, 'number'>;

export interface IncomingPhoto {
  readonly image: ImageRecord;
  /** Of the embeddings: that of the tenant. */
  readonly space: EmbeddingSpace;
  readonly faces: readonly IncomingFace[];
  /** Those that its faces are in. */
  readonly clusters: readonly IncomingCluster[];
  readonly constraints: readonly IncomingConstraint[];
}

export interface IncomingThings {
  readonly clusters: readonly IncomingCluster[];
  readonly constraints: readonly IncomingConstraint[];
  readonly items: readonly IncomingItem[];
}

/** What became of it. */
export interface ImportReport {
  /** Ids of the export that are others here. */
  readonly mapped: Readonly<Record<string, string>>;
  readonly images: number;
  readonly faces: number;
  readonly clusters: number;
  readonly constraints: number;
  readonly reviewItems: number;
  /** Faces and clusters that were erased here, and do not come back. */
  readonly erased: number;
  /** Words of a human that contradict one of here: each is a question now, or was answered before. */
  readonly conflicts: number;
  /** Constraints with a face that is not here (yet): send them again when it is. */
  readonly waitingConstraintIds: readonly string[];
  /** Review items that are moot here: answered or asked already, or about something that is not here. */
  readonly leftOutItems: number;
}

export const NOTHING_IMPORTED: ImportReport = {
  mapped: {},
  images: 0,
  faces: 0,
  clusters: 0,
  constraints: 0,
  reviewItems: 0,
  erased: 0,
  conflicts: 0,
  waitingConstraintIds: [],
  leftOutItems: 0,
};
