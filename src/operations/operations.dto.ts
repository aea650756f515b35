// What operation routes take and answer.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsISO8601, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { OperationResponse, presentOperation } from '../clusters/operation.response.js';
import type { UndoReport } from '../clusters/undoing/undo-operations.js';
import type { OperationPage } from '../database/repositories/operation-repository.js';
import type { PlanKind } from '../domain/cluster/change-plan.js';
import { OPERATION_KINDS } from '../domain/cluster/operation-origin.js';
import { describeOperation } from '../domain/cluster/operation-words.js';
import { PageQuery } from '../http/pagination.js';
import type { OperationView } from './operations.service.js';
import type { Told, ToldOperation } from './told-operations.js';

const ACTOR_LENGTH_MAX = 200;
const REASONS = [
  'erased',
  'embedding_erased',
  'model_change',
  'already_undone',
  'no_effect',
  'not_recorded',
  'imported',
] as const;

const toList = ({ value }: { value: unknown }): unknown =>
  value === undefined || Array.isArray(value) ? value : [value];

/** The query of a history. */
export class HistoryQuery extends PageQuery {
  @ApiPropertyOptional({ enum: OPERATION_KINDS, isArray: true })
  @IsOptional()
  @Transform(toList)
  @IsIn(OPERATION_KINDS, { each: true })
  kind?: PlanKind[];

  @ApiPropertyOptional({ description: '"admin" or "key:<id>".' })
  @IsOptional()
  @IsString()
  @Length(1, ACTOR_LENGTH_MAX)
  actor?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only operations of this time or later.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  since?: string;

  /** One row more than the page shows: it tells that there is a next page. */
  operationPage(): OperationPage {
    const { limit, after } = this.idPage();
    return {
      limit: limit + 1,
      after,
      kinds: this.kind,
      actor: this.actor,
      since: this.since === undefined ? undefined : new Date(this.since),
    };
  }
}

export class OperationListQuery extends HistoryQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only operations about this face.' })
  @IsOptional()
  @IsUUID('all')
  face_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only operations about this cluster.' })
  @IsOptional()
  @IsUUID('all')
  cluster_id?: string;

  override operationPage(): OperationPage {
    return { ...super.operationPage(), faceId: this.face_id, clusterId: this.cluster_id };
  }
}

class OperationFigures {
  @ApiProperty({ minimum: 0 }) faces!: number;
  @ApiProperty({ minimum: 0 }) clusters!: number;
  @ApiProperty({ minimum: 0 }) constraints_added!: number;
  @ApiProperty({ minimum: 0 }) constraints_retired!: number;
}

export class LoggedOperationResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: OPERATION_KINDS }) kind!: string;
  @ApiProperty({
    enum: ['automatic', 'import', 'human'],
    description: 'Whose word it is. import: a name that came with a photo.',
  })
  origin!: string;
  @ApiProperty() actor!: string;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ description: 'What was done, in English.' }) summary!: string;
  @ApiProperty({ type: OperationFigures }) figures!: OperationFigures;
  @ApiProperty({
    description:
      'Whether it can be taken back, unless later decisions stand on it (see the operation itself).',
  })
  undoable!: boolean;
  @ApiProperty({ type: String, enum: REASONS, nullable: true, description: 'Why it can not be taken back.' })
  not_undoable_reason!: string | null;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The operation that took it back.',
  })
  undone_by!: string | null;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The operation that it takes back.',
  })
  undoes!: string | null;
}

export class DependentResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: OPERATION_KINDS }) kind!: string;
  @ApiProperty() actor!: string;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ type: [String], format: 'uuid', description: 'Faces in common.' }) face_ids!: string[];
  @ApiProperty({ type: [String], format: 'uuid', description: 'Clusters in common.' }) cluster_ids!: string[];
}

export class OperationDetailResponse extends LoggedOperationResponse {
  @ApiProperty({ type: [String], format: 'uuid', description: 'Faces that it is about; erased ones, too.' })
  face_ids!: string[];
  @ApiProperty({
    type: [String],
    format: 'uuid',
    description: 'Clusters that it is about; deleted ones, too.',
  })
  cluster_ids!: string[];
  @ApiProperty({ type: [DependentResponse], description: 'What must be taken back first, oldest first.' })
  dependents!: DependentResponse[];
}

export class UndoResponse {
  @ApiProperty({
    type: OperationResponse,
    description: 'The undo: an operation that can be taken back, too.',
  })
  operation!: OperationResponse;
  @ApiProperty({ format: 'uuid' }) undoes!: string;
  @ApiProperty({
    type: [String],
    format: 'uuid',
    description: 'Faces that stay as they are: erased since, or said to be none.',
  })
  gone_face_ids!: string[];
  @ApiProperty({
    type: [String],
    format: 'uuid',
    description:
      'Faces that belong to nobody now: their cluster is gone, or a constraint keeps them out of it.',
  })
  placeless_face_ids!: string[];
}

export function presentLogged(operation: ToldOperation, nameOf: Told['nameOf']): LoggedOperationResponse {
  const { record, worded, origin, undoneBy, notUndoable } = operation;
  const figures = record.summary as unknown as OperationFigures;
  return {
    id: record.id,
    kind: record.kind,
    origin,
    actor: record.actor,
    created_at: record.createdAt.toISOString(),
    summary: describeOperation(worded, nameOf),
    figures: {
      faces: figures.faces,
      clusters: figures.clusters,
      constraints_added: figures.constraints_added,
      constraints_retired: figures.constraints_retired,
    },
    undoable: notUndoable === null,
    not_undoable_reason: notUndoable,
    undone_by: undoneBy,
    undoes: record.undoesId,
  };
}

export function presentView({
  told,
  operation,
  subjects,
  dependents,
}: OperationView): OperationDetailResponse {
  return {
    ...presentLogged(operation, told.nameOf),
    undoable: operation.notUndoable === null && dependents.length === 0,
    face_ids: [...subjects.faceIds],
    cluster_ids: [...subjects.clusterIds],
    dependents: dependents.map(({ id, kind, actor, createdAt, sharedFaceIds, sharedClusterIds }) => ({
      id,
      kind,
      actor,
      created_at: createdAt.toISOString(),
      face_ids: [...sharedFaceIds],
      cluster_ids: [...sharedClusterIds],
    })),
  };
}

export const presentUndo = ({ operation, undoesId, left }: UndoReport): UndoResponse => ({
  operation: presentOperation(operation),
  undoes: undoesId,
  gone_face_ids: [...left.gone],
  placeless_face_ids: [...left.placeless],
});
