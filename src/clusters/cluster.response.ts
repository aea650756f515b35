// A cluster as the API tells it.
import { ApiProperty } from '@nestjs/swagger';
import type { CountedClusterRecord } from '../database/records.js';
import { Problem } from '../http/problem.js';

export class ClusterResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({
    enum: ['pending', 'confirmed', 'ignored', 'merged'],
    description:
      'pending: nobody looked yet. confirmed: a human said who it is. ignored: hidden. merged: see merged_into.',
  })
  state!: string;
  @ApiProperty({ type: String, nullable: true, description: "The human's name for the person." }) label!:
    string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Id of the person in the calling system.' })
  external_ref!: string | null;
  @ApiProperty({ type: String, nullable: true, description: "Names the document of the person's consent." })
  consent_ref!: string | null;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The face that stands for the person: the one that was chosen, else the clearest.',
  })
  cover_face_id!: string | null;
  @ApiProperty({ minimum: 0 }) face_count!: number;
  @ApiProperty({ minimum: 0 }) image_count!: number;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) merged_into!: string | null;
  @ApiProperty({ minimum: 1, description: 'Grows with every change.' }) version!: number;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
}

/** 412 cluster.changed */
export class ClusterChangedProblem extends Problem {
  @ApiProperty({ type: ClusterResponse, description: 'The cluster as it is now.' }) cluster!: ClusterResponse;
}

export function presentCluster(cluster: CountedClusterRecord): ClusterResponse {
  return {
    id: cluster.id,
    state: cluster.state,
    label: cluster.label,
    external_ref: cluster.externalRef,
    consent_ref: cluster.consentRef,
    cover_face_id: cluster.coverFaceId ?? cluster.clearestFaceId,
    face_count: cluster.faceCount,
    image_count: cluster.imageCount,
    merged_into: cluster.mergedInto,
    version: cluster.version,
    created_at: cluster.createdAt.toISOString(),
  };
}
