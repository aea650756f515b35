// What cluster routes take.
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { CONSENT_REF_FAULT, isConsentRef } from '../domain/retention/retention-settings.js';
import { LABEL_LENGTH_MAX } from '../domain/review/decision-body.js';
import { DryRunQuery } from '../erasure/erasure.dto.js';
import { ClusterResponse } from './cluster.response.js';
import { MayOverride } from './may-override.js';
import { OperationResponse } from './operation.response.js';

/** Faces that one call may move. */
const FACES_MAX = 1000;
/** Groups that one split may make. */
const GROUPS_MAX = 50;

const SETTABLE_STATES = ['pending', 'confirmed', 'ignored'] as const;
const isNotNull = (_: unknown, value: unknown): boolean => value !== null && value !== undefined;

/** null empties it. */
const NameOrNull = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      type: String,
      nullable: true,
      maxLength: LABEL_LENGTH_MAX,
      description: 'null empties it.',
    }),
    ValidateIf(isNotNull),
    IsString(),
    Length(1, LABEL_LENGTH_MAX),
  );

class Naming {
  @NameOrNull() label?: string | null;

  @NameOrNull() external_ref?: string | null;
}

export class NewClusterBody extends Naming {
  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    description: 'Faces to move in; each is a human move.',
  })
  @IsOptional()
  @ArrayMaxSize(FACES_MAX)
  @ArrayUnique()
  @IsUUID('all', { each: true })
  face_ids?: string[];

  @MayOverride() override?: boolean;
}

export class ClusterPatchBody extends Naming {
  @ApiPropertyOptional({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'null: the clearest face stands for the person.',
  })
  @ValidateIf(isNotNull)
  @IsUUID('all')
  cover_face_id?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 200,
    description:
      "Names the document of the person's consent; null: none. The audit log keeps it beyond the tenant: name a document, no person.",
  })
  @ValidateIf(isNotNull)
  @ValidateBy({
    name: 'consent_ref',
    validator: { validate: isConsentRef, defaultMessage: () => CONSENT_REF_FAULT },
  })
  consent_ref?: string | null;

  @ApiPropertyOptional({ enum: SETTABLE_STATES })
  @IsOptional()
  @IsIn(SETTABLE_STATES)
  state?: (typeof SETTABLE_STATES)[number];
}

export class MergeBody {
  @ApiProperty({ format: 'uuid', description: 'The cluster whose faces move into this one.' })
  @IsUUID('all')
  source_cluster_id!: string;

  @ApiPropertyOptional({ default: false, description: "The labels differ: keep this cluster's." })
  @IsOptional()
  @IsBoolean()
  keep_label?: boolean;

  @MayOverride() override?: boolean;
}

export class SplitBody {
  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'string', format: 'uuid' } },
    description: 'Faces of each new cluster; faces that are not named stay.',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(GROUPS_MAX)
  @IsArray({ each: true })
  groups!: string[][];

  @MayOverride() override?: boolean;
}

export class DeleteClusterQuery extends DryRunQuery {
  @ApiPropertyOptional({
    enum: ['keep', 'erase'],
    default: 'keep',
    description:
      'keep: its faces stay and belong to nobody. erase: its faces and their embeddings are erased too.',
  })
  @IsOptional()
  @IsIn(['keep', 'erase'])
  faces?: 'keep' | 'erase';
}

export class ClusterChangeResponse {
  @ApiProperty({ type: ClusterResponse }) cluster!: ClusterResponse;
  @ApiProperty({ type: OperationResponse }) operation!: OperationResponse;
}

export class SplitResponse {
  @ApiProperty({ type: [ClusterResponse], description: 'The cluster that was split, then the new ones.' })
  clusters!: ClusterResponse[];
  @ApiProperty({ type: OperationResponse }) operation!: OperationResponse;
}
