// The rows of faces and clusters that have just come.
import type { ClusterRecord, FaceAssignment, FaceRecord } from '../../database/records.js';
import type { AssignmentDecision } from '../../domain/cluster/assignment.js';
import { OPTED_OUT } from '../../domain/cluster/opted-out.js';
import type { Detection } from '../../domain/face/detection.js';
import type { Embedding } from '../../domain/face/embedding.js';
import type { QualityReason } from '../../domain/face/quality.js';
import { boxHeight, boxWidth } from '../../domain/geometry/box.js';

/** A face as the pipeline found it. Box and landmarks are px of the upright image. */
export interface FoundFace {
  readonly detection: Detection;
  readonly embedding: Embedding;
  /** 0..1 */
  readonly quality: number;
  readonly reasons: readonly QualityReason[];
}

export interface NewFace {
  readonly id: string;
  readonly found: FoundFace;
  readonly contentKey: string;
}

export const newCluster = (id: string, at: Date): ClusterRecord => ({
  id,
  state: 'pending',
  label: null,
  externalRef: null,
  coverFaceId: null,
  mergedInto: null,
  version: 1,
  createdAt: at,
  updatedAt: at,
});

const ASSIGNMENTS: Readonly<Record<AssignmentDecision['kind'], FaceAssignment>> = {
  assign: 'assigned',
  ask: 'asked',
  create: 'created',
  unclustered: 'unclustered',
};

/** @param decision Null: the face was dismissed before anything was decided. */
export function faceRecord(
  { id, found }: NewFace,
  imageId: string,
  decision: AssignmentDecision | null,
  clusterId: string | null,
  at: Date,
): FaceRecord {
  const { box, landmarks, score } = found.detection;
  const [leftEye, rightEye, nose, leftMouth, rightMouth] = landmarks;
  // A face that founded its cluster has nothing to be similar to; one in doubt carries the figures of the doubt.
  const compared = decision?.kind === 'assign' || decision?.kind === 'ask' ? decision : null;
  return {
    id,
    imageId,
    clusterId,
    box: { x: box.x1, y: box.y1, width: boxWidth(box), height: boxHeight(box) },
    landmarks: [
      [leftEye.x, leftEye.y],
      [rightEye.x, rightEye.y],
      [nose.x, nose.y],
      [leftMouth.x, leftMouth.y],
      [rightMouth.x, rightMouth.y],
    ],
    detectionScore: score,
    quality: found.quality,
    reasons: found.reasons,
    assignment: decision === null ? 'unclustered' : ASSIGNMENTS[decision.kind],
    assignedBy: 'auto',
    locked: false,
    state: clusterId === null ? 'unclustered' : 'active',
    similarity: compared?.similarity ?? null,
    probability: compared?.probability ?? null,
    space: found.embedding.space,
    createdAt: at,
  };
}

/** Of a face whose person must not be grouped: the box is kept, so that it is not found again. */
export const dismissedRecord = (face: NewFace, imageId: string, at: Date): FaceRecord => ({
  ...faceRecord(face, imageId, null, null, at),
  reasons: [...face.found.reasons, OPTED_OUT],
  state: 'dismissed',
  locked: true,
});
