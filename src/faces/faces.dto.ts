// What face routes take and answer.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsOptional, IsUUID, ValidateIf } from 'class-validator';
import { FaceResponse } from '../clusters/face.response.js';
import { MayOverride } from '../clusters/may-override.js';
import { OperationResponse } from '../clusters/operation.response.js';
import { CROP_SIZES_PX, type CropSize } from '../imaging/picture-sizes.js';

const CROP_SIZE_DEFAULT = 320;

export class CropQuery {
  @ApiPropertyOptional({
    enum: CROP_SIZES_PX,
    default: CROP_SIZE_DEFAULT,
    description: 'Long side, px. Smaller faces are not enlarged.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsIn(CROP_SIZES_PX)
  size: CropSize = CROP_SIZE_DEFAULT;
}

export class FacePatchBody {
  @ApiPropertyOptional({
    type: String,
    format: 'uuid',
    nullable: true,
    description:
      'Where the face belongs; null: to nobody. The face is locked and never moved by the machine.',
  })
  @ValidateIf((_, value) => value !== null && value !== undefined)
  @IsUUID('all')
  cluster_id?: string | null;

  @ApiPropertyOptional({
    enum: ['dismissed'],
    description: 'This is not a face: its embedding is erased, its box is kept.',
  })
  @IsOptional()
  @IsIn(['dismissed'])
  state?: 'dismissed';

  @MayOverride() override?: boolean;
}

export class FaceChangeResponse {
  @ApiProperty({ type: FaceResponse }) face!: FaceResponse;
  @ApiProperty({ type: OperationResponse }) operation!: OperationResponse;
}
