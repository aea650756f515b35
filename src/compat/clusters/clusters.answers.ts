// What the routes of the first earlier API answer.
import { ApiProperty } from '@nestjs/swagger';
import type { FaceRecord } from '../../database/records.js';
import type { PicturedItem } from '../../review-pending/numbered-queue.service.js';

export class SuccessAnswer {
  @ApiProperty({ enum: ['success'] }) status!: 'success';
}

export const SUCCESS: SuccessAnswer = { status: 'success' };

export class InsertedAnswer {
  @ApiProperty({ format: 'uuid' }) image_id!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: ['string', 'null'], format: 'uuid' },
    description: 'Cluster by face; null for a face that is too poor to be grouped.',
  })
  face_ids!: Record<string, string | null>;
}

export class ReviewAnswer {
  @ApiProperty({ minimum: 1 }) id!: number;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) cluster_id!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) image_id!: string | null;
}

class AreaAnswer {
  @ApiProperty({ type: 'integer' }) x!: number;
  @ApiProperty({ type: 'integer' }) y!: number;
  @ApiProperty({ type: 'integer' }) w!: number;
  @ApiProperty({ type: 'integer' }) h!: number;
}

export class FaceAnswer {
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) cluster_id!: string | null;
  @ApiProperty({ format: 'uuid' }) image_id!: string;
  @ApiProperty({ type: AreaAnswer, description: 'px of the upright picture.' }) facial_area!: AreaAnswer;
  @ApiProperty({ description: 'The machine found the cluster that was there; false once a human decided.' })
  is_auto_matched!: boolean;
}

export class ListedFaceAnswer extends FaceAnswer {
  @ApiProperty({ format: 'uuid' }) id!: string;
}

export class ClusterAnswer {
  @ApiProperty({ minimum: 0 }) number_of_faces!: number;
  @ApiProperty({ minimum: 0 }) number_of_images!: number;
}

export class ImageAnswer {
  @ApiProperty({ type: [String], format: 'uuid' }) face_ids!: string[];
  @ApiProperty({ type: [String], format: 'uuid' }) cluster_ids!: string[];
  @ApiProperty({ description: '64-bit perceptual hash, 16 hex digits.' }) phash!: string;
}

export const presentReview = ({ item, imageId }: PicturedItem): ReviewAnswer => ({
  id: item.number,
  cluster_id: item.clusterId,
  image_id: imageId,
});

export function presentFace({ clusterId, imageId, box, assignment, assignedBy }: FaceRecord): FaceAnswer {
  return {
    cluster_id: clusterId,
    image_id: imageId,
    facial_area: {
      x: Math.round(box.x),
      y: Math.round(box.y),
      w: Math.round(box.width),
      h: Math.round(box.height),
    },
    is_auto_matched: assignment === 'assigned' && assignedBy === 'auto',
  };
}

export const presentListedFace = (face: FaceRecord): ListedFaceAnswer => ({
  id: face.id,
  ...presentFace(face),
});

/** What a human said is no face is none for clients that know no such state. */
export const shown = (faces: readonly FaceRecord[]): FaceRecord[] =>
  faces.filter(({ state }) => state !== 'dismissed');
