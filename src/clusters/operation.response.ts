// What one applied change did, as the API tells it.
import { ApiProperty } from '@nestjs/swagger';
import type { AppliedOperation } from './applying/apply-plan.js';

class ChangedClusterResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() state!: string;
  @ApiProperty() version!: number;
}

export class OperationResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ example: 'cluster_merge' }) kind!: string;
  @ApiProperty() actor!: string;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ type: [String], format: 'uuid' }) affected_face_ids!: string[];
  @ApiProperty({ type: [ChangedClusterResponse], description: 'Clusters that changed and still exist.' })
  clusters!: ChangedClusterResponse[];
  @ApiProperty({ type: [String], format: 'uuid' }) deleted_cluster_ids!: string[];
  @ApiProperty({ type: [String], format: 'uuid', description: 'Review items whose question became moot.' })
  superseded_item_ids!: string[];
  @ApiProperty({ type: [String], format: 'uuid', description: 'Review items whose subject is gone.' })
  cancelled_item_ids!: string[];
  @ApiProperty({
    type: [String],
    format: 'uuid',
    description: 'Review items that were opened or took new evidence.',
  })
  open_item_ids!: string[];
  @ApiProperty({ minimum: 0 }) constraints_added!: number;
  @ApiProperty({ minimum: 0 }) constraints_retired!: number;
}

export function presentOperation(operation: AppliedOperation): OperationResponse {
  return {
    id: operation.operationId,
    kind: operation.kind,
    actor: operation.actor,
    created_at: operation.createdAt.toISOString(),
    affected_face_ids: [...operation.affectedFaceIds],
    clusters: operation.clusters.map(({ id, state, version }) => ({ id, state, version })),
    deleted_cluster_ids: [...operation.deletedClusterIds],
    superseded_item_ids: [...operation.supersededItemIds],
    cancelled_item_ids: [...operation.cancelledItemIds],
    open_item_ids: [...operation.openItemIds],
    constraints_added: operation.constraintsAdded,
    constraints_retired: operation.constraintsRetired,
  };
}
