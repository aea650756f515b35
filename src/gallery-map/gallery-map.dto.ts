// What …/gallery-map takes and answers: ids and places, never an embedding.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { GalleryMap } from './gallery-map.service.js';

/** Laying this many faces out takes ten seconds of a core. */
const FACES_LIMIT = 5000;
const FACES_DEFAULT = 2000;

export class GalleryMapQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: FACES_LIMIT,
    default: FACES_DEFAULT,
    description: 'A larger gallery is shown by a sample of this many faces, the same each time.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(FACES_LIMIT)
  faces_max: number = FACES_DEFAULT;
}

export class MapPoint {
  @ApiProperty({ format: 'uuid' }) face_id!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) cluster_id!: string | null;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'Only nearness means something, not direction.' })
  x!: number;
  @ApiProperty({ minimum: 0, maximum: 1 }) y!: number;
  @ApiProperty({
    description: 'A question about the face is open, or nobody looked and its probability is under `accept`.',
  })
  doubtful!: boolean;
}

export class GalleryMapResponse {
  @ApiProperty({ minimum: 0, description: 'Faces of the gallery.' }) face_count!: number;
  @ApiProperty({ description: 'True when only a sample of the faces is shown.' }) sampled!: boolean;
  @ApiProperty({ type: [MapPoint] }) points!: MapPoint[];
}

const DECIMALS = 10_000;
const rounded = (value: number): number => Math.round(value * DECIMALS) / DECIMALS;

export const presentMap = ({ faceCount, points }: GalleryMap): GalleryMapResponse => ({
  face_count: faceCount,
  sampled: points.length < faceCount,
  points: points.map(({ faceId, clusterId, x, y, doubtful }) => ({
    face_id: faceId,
    cluster_id: clusterId,
    x: rounded(x),
    y: rounded(y),
    doubtful,
  })),
});
