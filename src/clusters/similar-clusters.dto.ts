// What …/clusters/{cluster_id}/similar takes and answers.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ClusterResponse, presentCluster } from './cluster.response.js';
import type { SimilarCluster } from './similar-clusters.js';

const LIMIT_DEFAULT = 12;
const LIMIT_MAX = 50;

export class SimilarQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  limit: number = LIMIT_DEFAULT;
}

export class SimilarClusterResponse {
  @ApiProperty({ type: ClusterResponse }) cluster!: ClusterResponse;
  @ApiProperty({ minimum: -1, maximum: 1, description: 'Cosine similarity of the two on the whole.' })
  similarity!: number;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'Calibrated chance that the two are one person.' })
  probability!: number;
  @ApiProperty({ minimum: 0, description: 'Photos that show both of them.' }) shared_image_count!: number;
  @ApiProperty({ description: 'A person said that they are two: a merge needs `override`.' })
  kept_apart!: boolean;
  @ApiProperty({ description: 'Both have a name, and not the same: a merge needs `keep_label`.' })
  labels_differ!: boolean;
}

export class SimilarClustersResponse {
  @ApiProperty({ type: [SimilarClusterResponse], description: 'Closest first.' })
  items!: SimilarClusterResponse[];
}

export const presentSimilar = (similar: readonly SimilarCluster[]): SimilarClustersResponse => ({
  items: similar.map((one) => ({
    cluster: presentCluster(one.cluster),
    similarity: one.similarity,
    probability: one.probability,
    shared_image_count: one.sharedImageCount,
    kept_apart: one.keptApart,
    labels_differ: one.labelsDiffer,
  })),
});
