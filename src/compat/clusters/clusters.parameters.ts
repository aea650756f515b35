// What the routes of the first earlier API take.
import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsInt, IsUUID, Matches, Max, Min } from 'class-validator';
import { TENANT_ID_FAULT, TENANT_ID_PATTERN } from '../../http/params.js';
import { AsNumber, INTEGER_MAX, OffsetParameters } from '../parameters.js';

/** Rows of a list unless the client says otherwise. */
export const LIMIT_DEFAULT = 10;

export class TenantParameters {
  @ApiProperty()
  @Matches(TENANT_ID_PATTERN, { message: TENANT_ID_FAULT })
  tenant_id!: string;
}

/** Documentation only: the picture is taken out before validation. */
export class InsertForm extends TenantParameters {
  @ApiProperty({ type: 'string', format: 'binary' }) image!: unknown;
}

export class ImageParameters extends TenantParameters {
  @ApiProperty({ format: 'uuid' }) @IsUUID('all') image_id!: string;
}

export class FaceParameters extends TenantParameters {
  @ApiProperty({ format: 'uuid' }) @IsUUID('all') face_id!: string;
}

export class ClusterParameters extends TenantParameters {
  @ApiProperty({ format: 'uuid' }) @IsUUID('all') cluster_id!: string;
}

export class MoveParameters extends FaceParameters {
  @ApiProperty({ format: 'uuid' }) @IsUUID('all') to_cluster_id!: string;
}

export class ReviewParameters extends TenantParameters {
  @ApiProperty({ type: 'integer', minimum: 0 })
  @AsNumber()
  @IsInt()
  @Min(0)
  @Max(INTEGER_MAX)
  review_id!: number;
}

export class ListParameters extends IntersectionType(TenantParameters, OffsetParameters) {}

export class FacesParameters extends ListParameters {
  @ApiProperty({ format: 'uuid' }) @IsUUID('all') image_id!: string;
}
