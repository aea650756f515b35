// The lines of an export: one JSON object a line, each with its `type`. What leaves one Kindred and may enter another.
//
// [Note: Pages that stand alone] An export is made of pages; each is read in one transaction and names only what stands in
// it or in a page before: a photo comes with its faces, the clusters that they are in, and the constraints that it completes.
// Clusters may come again in a later page. So whatever changes while an export runs, nothing in it hangs in the air.
import type { ReviewKind } from '../review/review-item.js';

export const EXPORT_FORMAT = 'kindred-export';
/** Raised when an older reader would misunderstand what is written. */
export const EXPORT_VERSION = 1;

type Json = Readonly<Record<string, unknown>>;

export interface SpaceOfExport {
  /** Id of the model pack. */
  readonly id: string;
  readonly recogniser_sha256: string;
  /** Values of an embedding. */
  readonly width: number;
}

/** The first line. */
export interface HeaderLine {
  readonly type: 'header';
  readonly format: typeof EXPORT_FORMAT;
  readonly version: number;
  readonly tenant_id: string;
  /** The cluster, when it is the export of a person. */
  readonly person_id: string | null;
  readonly begun_at: string;
  /** The newest operation when it began. */
  readonly as_of: string | null;
  readonly embeddings: boolean;
  readonly settings: Json;
  readonly spaces: readonly SpaceOfExport[];
}

export interface ClusterLine {
  readonly type: 'cluster';
  readonly id: string;
  readonly state: 'pending' | 'confirmed' | 'ignored' | 'merged';
  readonly label: string | null;
  readonly external_ref: string | null;
  readonly consent_ref: string | null;
  readonly cover_face_id: string | null;
  readonly merged_into: string | null;
  readonly created_at: string;
}

export interface ImageLine {
  readonly type: 'image';
  readonly id: string;
  readonly external_id: string | null;
  readonly sha256: string;
  readonly phash: string;
  readonly content_type: string;
  /** px of the upright image. */
  readonly width: number;
  readonly height: number;
  readonly byte_size: number;
  readonly captured_at: string | null;
  readonly label: string | null;
  readonly notes: readonly string[];
  readonly turn: 0 | 90 | 180 | 270;
  readonly created_at: string;
  /** Export of a person: whether the photo shows faces of others, too. */
  readonly shared?: boolean;
}

export interface FaceLine {
  readonly type: 'face';
  readonly id: string;
  readonly image_id: string;
  readonly cluster_id: string | null;
  /** px of the upright image. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Five points, px of the upright image. */
  readonly landmarks: readonly (readonly [x: number, y: number])[];
  readonly detection_score: number;
  readonly quality: number;
  readonly reasons: readonly string[];
  readonly assignment: 'assigned' | 'created' | 'asked' | 'unclustered';
  readonly assigned_by: 'auto' | 'human' | 'import';
  readonly locked: boolean;
  readonly state: 'active' | 'unclustered' | 'dismissed';
  readonly similarity: number | null;
  readonly probability: number | null;
  readonly space: string;
  readonly created_at: string;
  /** Base64 of float32, little-endian, as many as the space is wide; only where it was asked for. */
  readonly embedding?: string;
}

export interface ConstraintLine {
  readonly type: 'constraint';
  readonly id: string;
  readonly kind: 'must_link' | 'cannot_link' | 'same_image_ok';
  readonly face_a: string;
  readonly face_b: string;
  readonly source: 'human' | 'import';
  readonly actor: string;
  readonly created_at: string;
  /** Null: it stands. */
  readonly retired_at: string | null;
}

export interface ReviewItemLine {
  readonly type: 'review_item';
  readonly id: string;
  readonly kind: ReviewKind;
  readonly state: 'open' | 'resolved' | 'dismissed' | 'superseded' | 'expired' | 'cancelled';
  readonly subject_key: string;
  readonly face_id: string | null;
  readonly cluster_id: string | null;
  readonly other_cluster_id: string | null;
  readonly image_id: string | null;
  readonly other_image_id: string | null;
  readonly evidence: Json;
  readonly priority: number;
  readonly similarity: number | null;
  readonly probability: number | null;
  readonly outcome: Json | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly resolved_at: string | null;
  readonly resolved_by: string | null;
  readonly snoozed_until: string | null;
  readonly notes: readonly { readonly author: string; readonly text: string; readonly created_at: string }[];
}

/** History, for reading: an import makes its own. */
export interface OperationLine {
  readonly type: 'operation';
  readonly id: string;
  readonly kind: string;
  readonly actor: string;
  readonly created_at: string;
  readonly undoes_id: string | null;
  readonly summary: Json;
  /** Null in the export of a person: it may name others. */
  readonly changes: Json | null;
  readonly face_ids: readonly string[];
  readonly cluster_ids: readonly string[];
}

/** Lines that hold something of the tenant. */
export type DataLine = ClusterLine | ImageLine | FaceLine | ConstraintLine | ReviewItemLine | OperationLine;

/** What is counted, in this order. */
export const COUNTED_LINES = [
  'image',
  'face',
  'cluster',
  'constraint',
  'review_item',
  'operation',
] as const satisfies readonly DataLine['type'][];
/** Lines by type. */
export type LineCounts = Readonly<Record<(typeof COUNTED_LINES)[number], number>>;

/**
 * The end of a page. `sha256` is the hash of the hash of the checkpoint before (64 hex digits; nothing for the first) followed by
 * every byte since then, so that each checkpoint vouches for all that came before it.
 */
export interface CheckpointLine {
  readonly type: 'checkpoint';
  /** Lines before it that are neither checkpoints nor the end. */
  readonly lines: number;
  readonly sha256: string;
  /** Where a broken download goes on. */
  readonly cursor: string;
}

/** The last line. A file without it is not whole. */
export interface EndLine {
  readonly type: 'end';
  readonly lines: number;
  readonly sha256: string;
  readonly counts: LineCounts;
  /** The newest operation when it ended. */
  readonly as_of: string | null;
  /** Faces or clusters changed while it ran: pages show different moments. */
  readonly changed: boolean;
}

export type ExportLine = HeaderLine | DataLine | CheckpointLine | EndLine;
/** What an import takes. */
export type ImportLine = ClusterLine | ImageLine | FaceLine | ConstraintLine | ReviewItemLine;
