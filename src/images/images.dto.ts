// What image routes take.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsISO8601, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { PageQuery } from '../http/pagination.js';
import { PREVIEW_SIZES_PX, type PreviewSize } from '../imaging/picture-sizes.js';

/** Clusters that one list may ask for together. */
const CLUSTERS_MAX = 20;

export class NewImageBody {
  @ApiPropertyOptional({
    maxLength: 255,
    description: "The calling system's own id; kept and answered as it is.",
  })
  @IsOptional()
  @IsString()
  @Length(1, 255)
  external_id?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the photo was taken, RFC 3339.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  captured_at?: string;

  @ApiPropertyOptional({
    maxLength: 200,
    description:
      'Name of the person in the photo. It is applied when the photo shows exactly one usable face.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  label?: string;
}

/** The same as multipart: documentation only, the picture is taken out before validation. */
export class NewImageForm extends NewImageBody {
  @ApiProperty({
    type: 'string',
    format: 'binary',
    description: 'A file; or base64 (also as data: URI) in a JSON body.',
  })
  image!: unknown;
}

const PREVIEW_SIZE_DEFAULT = 960;

export class PreviewQuery {
  @ApiPropertyOptional({
    enum: PREVIEW_SIZES_PX,
    default: PREVIEW_SIZE_DEFAULT,
    description: 'Long side, px. A smaller photo is not enlarged.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsIn(PREVIEW_SIZES_PX)
  size: PreviewSize = PREVIEW_SIZE_DEFAULT;
}

export class ImageListQuery extends PageQuery {
  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    description: 'Only images that show this person; given several times: all of them together.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? (value as unknown[]) : [value]))
  @ArrayMaxSize(CLUSTERS_MAX)
  @IsUUID('all', { each: true })
  cluster_id?: string[];
}
