// "Is this a face that can be recognised?": asked, where a tenant wants it, about faces that only just failed the gate.
import type { Change } from '../cluster/change-plan.js';
import { QUALITY_DOUBT } from '../face/quality-thresholds.js';
import { reviewPriority } from './priority.js';

/**
 * Quality (0..1) under which a doubted face is not worth a question. .25: half-way between useless (0) and good enough
 * (QUALITY_DOUBT, .5); for the detection score that is half the score at which the pack begins to doubt.
 */
export const SUSPECT_QUALITY_MIN = 0.25;

export interface SuspectFaceEvidence {
  readonly face_id: string;
  readonly image_id: string;
  /** The one fault. */
  readonly reasons: readonly string[];
  readonly quality: number;
  readonly detection_score: number;
  readonly quality_min: number;
  readonly quality_accept: number;
}

export interface SuspectFace {
  readonly id: string;
  readonly imageId: string;
  readonly quality: number;
  readonly detectionScore: number;
  readonly reasons: readonly string[];
}

export const suspectFaceSubject = (faceId: string): string => `face:${faceId}`;

/** One fault, and not far from good enough: several faults, or a hopeless one, need no human. */
export const isSuspect = (quality: number, reasons: readonly string[]): boolean =>
  reasons.length === 1 && quality >= SUSPECT_QUALITY_MIN;

export function suspectFaceQuestion(face: SuspectFace): Extract<Change, { do: 'open_item' }> {
  const evidence: SuspectFaceEvidence = {
    face_id: face.id,
    image_id: face.imageId,
    reasons: face.reasons,
    quality: face.quality,
    detection_score: face.detectionScore,
    quality_min: SUSPECT_QUALITY_MIN,
    quality_accept: QUALITY_DOUBT,
  };
  return {
    do: 'open_item',
    kind: 'suspect_face',
    subjectKey: suspectFaceSubject(face.id),
    faceId: face.id,
    clusterId: null,
    imageId: face.imageId,
    evidence: { ...evidence },
    priority: reviewPriority(1, null, false),
    similarity: null,
    probability: null,
  };
}
