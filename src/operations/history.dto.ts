// What the histories of a face and of a cluster answer, and a face's explanation.
import { ApiProperty } from '@nestjs/swagger';
import { CONSTRAINT_KINDS } from '../database/records.js';
import { clusterFigures, describeForCluster, describeForFace } from '../domain/cluster/subject-words.js';
import type { Explanation } from './explanations.service.js';
import { LoggedOperationResponse, presentLogged } from './operations.dto.js';
import type { Told, ToldOperation } from './told-operations.js';

export class FaceHistoryEntry {
  @ApiProperty({ description: 'What it meant for this face, in English.' }) sentence!: string;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Where the face was; null: with nobody, or unchanged.',
  })
  from_cluster_id!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Where it went.' })
  to_cluster_id!: string | null;
  @ApiProperty({ type: LoggedOperationResponse }) operation!: LoggedOperationResponse;
}

export class ClusterHistoryEntry {
  @ApiProperty({ description: 'What it meant for this cluster, in English.' }) sentence!: string;
  @ApiProperty({ minimum: 0 }) faces_gained!: number;
  @ApiProperty({ minimum: 0 }) faces_lost!: number;
  @ApiProperty({ type: LoggedOperationResponse }) operation!: LoggedOperationResponse;
}

class ExplainedCandidate {
  @ApiProperty({ format: 'uuid' }) cluster_id!: string;
  @ApiProperty({ description: 'Its name today, or what it is.' }) name!: string;
  @ApiProperty({ minimum: 0, maximum: 1 }) probability!: number;
  @ApiProperty({ minimum: -1, maximum: 1, description: 'Of the nearest face.' }) similarity!: number;
  @ApiProperty({ minimum: -1, maximum: 1, description: 'Of the nearest few, on average.' }) top_mean!: number;
  @ApiProperty({ minimum: -1, maximum: 1 }) centroid_similarity!: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Where evidence decided: corrected cosine, about 1 for one person and 0 for two, whatever quality and size.',
  })
  corrected_cosine!: number | null;
  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    description: 'Where evidence decided: its noise, small for many clear faces.',
  })
  noise!: number | null;
  @ApiProperty({ minimum: 0, description: 'Faces that it had.' }) face_count!: number;
  @ApiProperty({ type: [String], format: 'uuid', description: 'Its nearest faces.' }) face_ids!: string[];
}

class ExcludedCluster {
  @ApiProperty({ format: 'uuid' }) cluster_id!: string;
  @ApiProperty({ enum: ['cannot_link', 'same_image'] }) why!: string;
}

export class MachineDecisionResponse {
  @ApiProperty({ enum: ['assign', 'ask', 'create', 'unclustered'] }) decision!: string;
  @ApiProperty({
    enum: ['quality_gate', 'no_candidate', 'below_ask', 'ask_band', 'margin', 'over_accept', 'bridge'],
  })
  rule!: string;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'In force at that time.' }) accept!: number;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'In force at that time.' }) ask!: number;
  @ApiProperty({ minimum: 0, description: 'In force at that time; natural-log odds.' }) margin_logit!: number;
  @ApiProperty({
    enum: ['linkage', 'evidence'],
    description: 'What rated the candidates: similarities alone, or evidence that knows quality and size.',
  })
  rated_by!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The model pack whose embeddings were compared; null in early records.',
  })
  space!: string | null;
  @ApiProperty({ type: [ExplainedCandidate], description: 'Best first.' }) candidates!: ExplainedCandidate[];
  @ApiProperty({ type: [ExcludedCluster] }) excluded!: ExcludedCluster[];
  @ApiProperty({ format: 'uuid' }) operation_id!: string;
  @ApiProperty({ format: 'date-time' }) decided_at!: string;
}

export class ExplainedConstraint {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: CONSTRAINT_KINDS }) kind!: string;
  @ApiProperty({ format: 'uuid' }) other_face_id!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Where that face is now.' })
  other_cluster_id!: string | null;
  @ApiProperty({ enum: ['human', 'import'] }) source!: string;
  @ApiProperty() actor!: string;
  @ApiProperty({ format: 'uuid' }) operation_id!: string;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
}

export class ExplanationResponse {
  @ApiProperty({ format: 'uuid' }) face_id!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) cluster_id!: string | null;
  @ApiProperty({ enum: ['active', 'unclustered', 'dismissed'] }) state!: string;
  @ApiProperty({ enum: ['auto', 'human', 'import'] }) assigned_by!: string;
  @ApiProperty() locked!: boolean;
  @ApiProperty({ description: 'Why the face is where it is, in English.' }) sentence!: string;
  @ApiProperty({
    type: MachineDecisionResponse,
    nullable: true,
    description: 'How the machine decided when the photo came.',
  })
  decision!: MachineDecisionResponse | null;
  @ApiProperty({ type: [ExplainedConstraint], description: 'What humans said about this face; standing.' })
  constraints!: ExplainedConstraint[];
  @ApiProperty({
    type: [FaceHistoryEntry],
    description: 'What has happened since, newest first; at most 50.',
  })
  since!: FaceHistoryEntry[];
}

export function presentFaceEntry(
  operation: ToldOperation,
  faceId: string,
  nameOf: Told['nameOf'],
): FaceHistoryEntry {
  const { changes } = operation.worded;
  const added = changes?.faces_added.find(({ id }) => id === faceId);
  const delta = changes?.faces_changed.find(({ ids }) => ids.includes(faceId));
  return {
    sentence: describeForFace(operation.worded, faceId, nameOf),
    from_cluster_id: delta?.before.cluster_id ?? null,
    to_cluster_id: added?.cluster_id ?? delta?.after.cluster_id ?? null,
    operation: presentLogged(operation, nameOf),
  };
}

export function presentClusterEntry(
  operation: ToldOperation,
  clusterId: string,
  nameOf: Told['nameOf'],
): ClusterHistoryEntry {
  const { gained, lost } = clusterFigures(operation.worded, clusterId);
  return {
    sentence: describeForCluster(operation.worded, clusterId, nameOf),
    faces_gained: gained,
    faces_lost: lost,
    operation: presentLogged(operation, nameOf),
  };
}

export function presentExplanation(explanation: Explanation): ExplanationResponse {
  const { face, sentence, origin, constraints, since, nameOf } = explanation;
  return {
    face_id: face.id,
    cluster_id: face.clusterId,
    state: face.state,
    assigned_by: face.assignedBy,
    locked: face.locked,
    sentence,
    decision: presentDecision(origin, nameOf),
    constraints: constraints.map(({ constraint, otherFaceId, otherClusterId }) => ({
      id: constraint.id,
      kind: constraint.kind,
      other_face_id: otherFaceId,
      other_cluster_id: otherClusterId,
      source: constraint.source,
      actor: constraint.actor,
      operation_id: constraint.operationId,
      created_at: constraint.createdAt.toISOString(),
    })),
    since: since.map((operation) => presentFaceEntry(operation, face.id, nameOf)),
  };
}

function presentDecision(
  origin: Explanation['origin'],
  nameOf: Told['nameOf'],
): MachineDecisionResponse | null {
  if (!origin?.decision) return null;
  const { decision, rule, accept, ask, margin_logit, rating, candidates, excluded } = origin.decision;
  return {
    decision,
    rule,
    accept,
    ask,
    margin_logit,
    rated_by: rating?.by ?? 'linkage',
    space: rating?.space ?? null,
    candidates: candidates.map((candidate) => ({
      cluster_id: candidate.cluster_id,
      name: nameOf(candidate.cluster_id),
      probability: candidate.probability,
      similarity: candidate.similarity,
      top_mean: candidate.top_mean,
      centroid_similarity: candidate.centroid_similarity,
      corrected_cosine: candidate.corrected_cosine ?? null,
      noise: candidate.noise ?? null,
      face_count: candidate.face_count,
      face_ids: [...candidate.face_ids],
    })),
    excluded: excluded.map(({ cluster_id, why }) => ({ cluster_id, why })),
    operation_id: origin.operation.record.id,
    decided_at: origin.operation.record.createdAt.toISOString(),
  };
}
