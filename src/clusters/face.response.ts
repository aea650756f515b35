// A face as the API tells it. An embedding is never part of it.
import { ApiProperty } from '@nestjs/swagger';
import type { FaceRecord } from '../database/records.js';

export class BoxResponse {
  @ApiProperty({ description: 'Left edge, px of the upright image.' }) x!: number;
  @ApiProperty({ description: 'Top edge, px.' }) y!: number;
  @ApiProperty({ description: 'px', minimum: 0 }) width!: number;
  @ApiProperty({ description: 'px', minimum: 0 }) height!: number;
}

export class FaceResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ format: 'uuid' }) image_id!: string;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'null while the face belongs to nobody.',
  })
  cluster_id!: string | null;
  @ApiProperty({ type: BoxResponse }) box!: BoxResponse;
  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    minItems: 5,
    maxItems: 5,
    description: 'Left eye, right eye, nose, left and right mouth corner: [x, y] in px of the upright image.',
  })
  landmarks!: [number, number][];
  @ApiProperty({ minimum: 0, maximum: 1, description: "The detector's own score." }) detection_score!: number;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'How well the face can be recognised.' })
  quality!: number;
  @ApiProperty({ type: [String], description: 'Why the face is doubted or was not clustered, as codes.' })
  reasons!: string[];
  @ApiProperty({
    enum: ['assigned', 'created', 'asked', 'unclustered'],
    description:
      'What the machine did at ingest: joined a cluster, founded one, founded one and asked a human, or kept the face apart.',
  })
  assignment!: string;
  @ApiProperty({ enum: ['auto', 'human', 'import'] }) assigned_by!: string;
  @ApiProperty({ description: 'True when a human decided: the machine never moves this face.' })
  locked!: boolean;
  @ApiProperty({ enum: ['active', 'unclustered', 'dismissed'] }) state!: string;
  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: -1,
    maximum: 1,
    description: 'Cosine similarity to its cluster.',
  })
  similarity!: number | null;
  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: 1,
    description: 'Calibrated chance of being this person.',
  })
  probability!: number | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
}

/** A hundredth of a px is more than any detector knows. */
const px = (value: number): number => Math.round(value * 100) / 100;

/** @param box px of the upright image. */
export const presentBox = ({ x, y, width, height }: BoxResponse): BoxResponse => ({
  x: px(x),
  y: px(y),
  width: px(width),
  height: px(height),
});

export function presentFace(face: FaceRecord): FaceResponse {
  return {
    id: face.id,
    image_id: face.imageId,
    cluster_id: face.clusterId,
    box: presentBox(face.box),
    landmarks: face.landmarks.map(([x, y]) => [px(x), px(y)]),
    detection_score: face.detectionScore,
    quality: face.quality,
    reasons: [...face.reasons],
    assignment: face.assignment,
    assigned_by: face.assignedBy,
    locked: face.locked,
    state: face.state,
    similarity: face.similarity,
    probability: face.probability,
    created_at: face.createdAt.toISOString(),
  };
}
