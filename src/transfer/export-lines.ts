// Records as the lines of an export. The words are those of the API.
import type {
  ClusterRecord,
  ConstraintRecord,
  FaceRecord,
  ImageRecord,
  OperationRecord,
  OperationSubjects,
  ReviewItemRecord,
} from '../database/records.js';
import type { Embedding } from '../domain/face/embedding.js';
import type {
  ClusterLine,
  ConstraintLine,
  FaceLine,
  ImageLine,
  OperationLine,
  ReviewItemLine,
} from '../domain/transfer/export-line.js';

const time = (at: Date): string => at.toISOString();
const timeOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;

export const clusterLine = (cluster: ClusterRecord, consentRef: string | null): ClusterLine => ({
  type: 'cluster',
  id: cluster.id,
  state: cluster.state,
  label: cluster.label,
  external_ref: cluster.externalRef,
  consent_ref: consentRef,
  cover_face_id: cluster.coverFaceId,
  merged_into: cluster.mergedInto,
  created_at: time(cluster.createdAt),
});

export const imageLine = (image: ImageRecord): ImageLine => ({
  type: 'image',
  id: image.id,
  external_id: image.externalId,
  sha256: image.sha256,
  phash: image.phash,
  content_type: image.contentType,
  width: image.width,
  height: image.height,
  byte_size: image.byteSize,
  captured_at: timeOrNull(image.capturedAt),
  label: image.label,
  notes: image.notes,
  turn: image.turn,
  created_at: time(image.createdAt),
});

/** @param width Values of the space that count; the rest of a stored vector is padding. */
export function embeddingText(embedding: Embedding, width: number): string {
  const bytes = Buffer.alloc(width * 4);
  for (let i = 0; i < width; i++) bytes.writeFloatLE(embedding.values[i]!, i * 4);
  return bytes.toString('base64');
}

export const faceLine = (face: FaceRecord, embedding?: string): FaceLine => ({
  type: 'face',
  id: face.id,
  image_id: face.imageId,
  cluster_id: face.clusterId,
  box: face.box,
  landmarks: face.landmarks,
  detection_score: face.detectionScore,
  quality: face.quality,
  reasons: face.reasons,
  assignment: face.assignment,
  assigned_by: face.assignedBy,
  locked: face.locked,
  state: face.state,
  similarity: face.similarity,
  probability: face.probability,
  space: face.space,
  created_at: time(face.createdAt),
  ...(embedding === undefined ? {} : { embedding }),
});

export const constraintLine = (constraint: ConstraintRecord): ConstraintLine => ({
  type: 'constraint',
  id: constraint.id,
  kind: constraint.kind,
  face_a: constraint.faceA,
  face_b: constraint.faceB,
  source: constraint.source,
  actor: constraint.actor,
  created_at: time(constraint.createdAt),
  retired_at: timeOrNull(constraint.retiredAt),
});

export const reviewItemLine = (item: ReviewItemRecord): ReviewItemLine => ({
  type: 'review_item',
  id: item.id,
  kind: item.kind,
  state: item.state === 'claimed' ? 'open' : item.state,
  subject_key: item.subjectKey,
  face_id: item.faceId,
  cluster_id: item.clusterId,
  other_cluster_id: item.otherClusterId,
  image_id: item.imageId,
  other_image_id: item.otherImageId,
  evidence: item.evidence,
  priority: item.priority,
  similarity: item.similarity,
  probability: item.probability,
  outcome: item.outcome,
  created_at: time(item.createdAt),
  updated_at: time(item.updatedAt),
  resolved_at: timeOrNull(item.resolvedAt),
  resolved_by: item.resolvedBy,
  snoozed_until: timeOrNull(item.snoozedUntil),
  notes: item.notes,
});

export const operationLine = (
  operation: OperationRecord,
  subjects: OperationSubjects | undefined,
): OperationLine => ({
  type: 'operation',
  id: operation.id,
  kind: operation.kind,
  actor: operation.actor,
  created_at: time(operation.createdAt),
  undoes_id: operation.undoesId,
  summary: operation.summary,
  changes: operation.changes,
  face_ids: subjects?.faceIds ?? [],
  cluster_ids: subjects?.clusterIds ?? [],
});
