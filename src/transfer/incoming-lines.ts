// Lines of an export as records of the house, and the faults of those that are none.
import type { IncomingCluster, IncomingConstraint, IncomingItem } from '../clusters/importing/incoming.js';
import type { FaceRecord, ImageRecord, LandmarkPairs } from '../database/records.js';
import { DomainError } from '../domain/domain-error.js';
import type {
  ClusterLine,
  ConstraintLine,
  FaceLine,
  ImageLine,
  ImportLine,
  ReviewItemLine,
  SpaceOfExport,
} from '../domain/transfer/export-line.js';
import { LineFault } from '../domain/transfer/line-reader.js';
import { ForeignExport, parseHeader, parseImportLine } from '../domain/transfer/parse-line.js';
import { faultOfPlainValue } from '../http/plain-values.js';
import { REQUEST_INVALID, requestFault } from '../http/request-fault.js';

export interface ImportBatch {
  readonly spaces: readonly SpaceOfExport[];
  readonly lines: readonly ImportLine[];
}

/**
 * The first line is the header of the export that they are of.
 * @throws DomainError request.invalid with the pointer of the line and member, import.foreign.
 */
export function readBatch(values: readonly unknown[], pointer = '#/lines'): ImportBatch {
  const fault = values.map((value, i) => faultOfPlainValue(value, `${pointer}/${i}`)).find(Boolean);
  if (fault) throw new DomainError('request.invalid', REQUEST_INVALID, { faults: [fault] });
  const read = <T>(i: number, parse: (value: unknown) => T): T => {
    try {
      return parse(values[i]);
    } catch (error) {
      if (error instanceof ForeignExport) throw new DomainError('import.foreign', error.message);
      if (!(error instanceof LineFault)) throw error;
      throw requestFault(`${pointer}/${i}${error.pointer}`, error.detail, 'line');
    }
  };
  const spaces = read(0, parseHeader);
  return { spaces, lines: values.slice(1).map((_, i) => read(i + 1, parseImportLine)) };
}

export const linesOf = <T extends ImportLine['type']>(
  lines: readonly ImportLine[],
  type: T,
): Extract<ImportLine, { type: T }>[] =>
  lines.filter((line): line is Extract<ImportLine, { type: T }> => line.type === type);

const dateOrNull = (time: string | null): Date | null => (time === null ? null : new Date(time));

export const incomingCluster = (line: ClusterLine): IncomingCluster => ({
  id: line.id,
  state: line.state,
  label: line.label,
  externalRef: line.external_ref,
  consentRef: line.consent_ref,
  coverFaceId: line.cover_face_id,
  // A cluster that is merged into itself, or is not merged, is merged into none.
  mergedInto: line.state === 'merged' && line.merged_into !== line.id ? line.merged_into : null,
  version: 1,
  createdAt: new Date(line.created_at),
  updatedAt: new Date(),
});

export const imageRecord = (line: ImageLine): ImageRecord => ({
  id: line.id,
  externalId: line.external_id,
  sha256: line.sha256,
  phash: line.phash,
  contentType: line.content_type,
  width: line.width,
  height: line.height,
  byteSize: line.byte_size,
  capturedAt: dateOrNull(line.captured_at),
  label: line.label,
  notes: line.notes,
  turn: line.turn,
  createdAt: new Date(line.created_at),
});

export const faceRecord = (line: FaceLine): FaceRecord => ({
  id: line.id,
  imageId: line.image_id,
  clusterId: line.cluster_id,
  box: line.box,
  landmarks: line.landmarks as unknown as LandmarkPairs,
  detectionScore: line.detection_score,
  quality: line.quality,
  reasons: line.reasons,
  assignment: line.assignment,
  assignedBy: line.assigned_by,
  locked: line.locked,
  state: line.state,
  similarity: line.similarity,
  probability: line.probability,
  space: line.space,
  createdAt: new Date(line.created_at),
});

export const incomingConstraint = (line: ConstraintLine): IncomingConstraint => ({
  id: line.id,
  kind: line.kind,
  faceA: line.face_a,
  faceB: line.face_b,
  source: line.source,
  actor: line.actor,
  createdAt: new Date(line.created_at),
  retiredAt: dateOrNull(line.retired_at),
});

export const incomingItem = (line: ReviewItemLine): IncomingItem => ({
  id: line.id,
  kind: line.kind,
  state: line.state,
  version: 1,
  subjectKey: line.subject_key,
  faceId: line.face_id,
  clusterId: line.cluster_id,
  otherClusterId: line.other_cluster_id,
  imageId: line.image_id,
  otherImageId: line.other_image_id,
  evidence: line.evidence,
  priority: line.priority,
  similarity: line.similarity,
  probability: line.probability,
  outcome: line.outcome,
  operationId: null,
  createdAt: new Date(line.created_at),
  updatedAt: new Date(line.updated_at),
  resolvedAt: dateOrNull(line.resolved_at),
  resolvedBy: line.resolved_by,
  assignee: null,
  leaseExpiresAt: null,
  snoozedUntil: line.state === 'open' ? dateOrNull(line.snoozed_until) : null,
  skips: [],
  notes: line.notes,
});
