// An image as the API tells it.
import { ApiProperty } from '@nestjs/swagger';
import { FaceResponse, presentFace } from '../clusters/face.response.js';
import type { FaceRecord, ImageRecord } from '../database/records.js';

export class ImageResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ type: String, nullable: true, description: "The calling system's own id." }) external_id!:
    string | null;
  @ApiProperty({ description: 'SHA-256 of the bytes, hex: the same bytes are the same image.' })
  sha256!: string;
  @ApiProperty({ description: '64-bit perceptual hash, 16 hex digits.' }) phash!: string;
  @ApiProperty({ example: 'image/jpeg', description: 'What the bytes are, whatever the client called them.' })
  content_type!: string;
  @ApiProperty({ description: 'px, upright (EXIF orientation applied).' }) width!: number;
  @ApiProperty({ description: 'px, upright.' }) height!: number;
  @ApiProperty({
    enum: [0, 90, 180, 270],
    description: 'Degrees clockwise that the picture must be turned for its faces to stand upright.',
  })
  turn!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) captured_at!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The name that was sent along.' }) label!:
    string | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({
    type: [String],
    description: 'What is worth knowing about how the picture was read, as codes.',
  })
  notes!: string[];
  @ApiProperty({ type: [FaceResponse] }) faces!: FaceResponse[];
}

export function presentImage(image: ImageRecord, faces: readonly FaceRecord[]): ImageResponse {
  return {
    id: image.id,
    external_id: image.externalId,
    sha256: image.sha256,
    phash: image.phash,
    content_type: image.contentType,
    width: image.width,
    height: image.height,
    turn: image.turn,
    captured_at: image.capturedAt?.toISOString() ?? null,
    label: image.label,
    created_at: image.createdAt.toISOString(),
    notes: [...image.notes],
    faces: faces.map(presentFace),
  };
}
