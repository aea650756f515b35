// What the routes of the first earlier API take.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsUUID, Matches, Max, Min } from 'class-validator';
import { TENANT_ID_FAULT, TENANT_ID_PATTERN } from '../../http/params.js';
import { AsNumber } from '../parameters.js';

/** Rows of one list. The earlier API had no bound; a client that pages meets none. */
const LIMIT_MAX = 1000;
const INTEGER_MAX = 2_147_483_647;

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

export class ListParameters extends TenantParameters {
  @ApiPropertyOptional({ type: 'integer', minimum: 0, default: 0 })
  @AsNumber()
  @IsInt()
  @Min(0)
  @Max(INTEGER_MAX)
  skip: number = 0;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: 10 })
  @AsNumber()
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  limit: number = 10;
}

export class FacesParameters extends ListParameters {
  @ApiProperty({ format: 'uuid' }) @IsUUID('all') image_id!: string;
}
