// The rows of a change of model as the rest of the house sees them.
import type { Embedding } from '../../domain/face/embedding.js';
import type { QualityReason } from '../../domain/face/quality.js';
import type { FaceBox, JsonObject, LandmarkPairs } from '../records.js';

/**
 * embedding: images are looked at with the other models. switching: groups are made of what they saw. arriving: the tenant is in
 * the other space; what came meanwhile follows. settled: it can be taken back. returning: it is being taken back. erasing: the
 * vectors that are of no more use go.
 */
export const MODEL_CHANGE_PHASES = [
  'embedding',
  'switching',
  'arriving',
  'settled',
  'returning',
  'erasing',
  'done',
] as const;
export type ModelChangePhase = (typeof MODEL_CHANGE_PHASES)[number];

export const MODEL_CHANGE_OUTCOMES = ['kept', 'undone', 'abandoned', 'previewed', 'failed'] as const;
export type ModelChangeOutcome = (typeof MODEL_CHANGE_OUTCOMES)[number];

export interface ModelChangeRecord {
  readonly id: string;
  readonly fromSpace: string;
  readonly toSpace: string;
  readonly dryRun: boolean;
  readonly phase: ModelChangePhase;
  /** Set in the phases erasing and done. */
  readonly outcome: ModelChangeOutcome | null;
  readonly actor: string;
  /** The job that tells how far it is. */
  readonly jobId: string;
  /** The operation that switched. */
  readonly operationId: string | null;
  /** What the job will say when it ends. */
  readonly result: JsonObject;
  readonly requestedAt: Date;
  readonly switchedAt: Date | null;
  /** Until then it can be taken back. */
  readonly keepUntil: Date | null;
  readonly finishedAt: Date | null;
}

/** How far the images are. */
export interface ModelChangeProgress {
  readonly images: number;
  readonly done: number;
  /** Done, but their pictures could not be read. */
  readonly unreadable: number;
  /** Faces that only the other models found. */
  readonly found: number;
}

export interface FaceMeasures {
  /** 0..1 */
  readonly detectionScore: number;
  /** 0..1 */
  readonly quality: number;
  readonly reasons: readonly QualityReason[];
}

/** What the other models say of a known face. */
export interface MeasuredFace extends FaceMeasures {
  readonly faceId: string;
  readonly embedding: Embedding;
}

/** A face that only the other models found. */
export interface NewlyFoundFace extends FaceMeasures {
  readonly id: string;
  readonly box: FaceBox;
  readonly landmarks: LandmarkPairs;
  readonly embedding: Embedding;
}
