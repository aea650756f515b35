// What a decision takes and answers.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DECISIONS_BY_KIND } from '../domain/review/decision.js';
import { OperationResponse, presentOperation } from '../clusters/operation.response.js';
import type { DecisionReport } from '../clusters/deciding/review-decisions.js';
import { presentReviewItem, ReviewItemResponse } from '../clusters/review-item.response.js';

/** For the API document; the body is read by the domain, which knows what each kind takes. */
export class DecisionBody {
  @ApiProperty({
    enum: [...new Set(Object.values(DECISIONS_BY_KIND).flat())],
    description: Object.entries(DECISIONS_BY_KIND)
      .map(([kind, decisions]) => `${kind} items: ${decisions.join(', ')}.`)
      .join(' '),
  })
  decision!: string;
  @ApiPropertyOptional({ description: 'confirm, new_cluster: the name of the person.' }) label?: string;
  @ApiPropertyOptional({ description: 'confirm, new_cluster: id of the person in your system.' })
  external_ref?: string;
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'assign_to, and accept when it is not the best candidate.',
  })
  cluster_id?: string;
  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    description: 'reject: the candidates it is not; default all shown.',
  })
  cluster_ids?: string[];
  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    description: 'not_a_face: which of the shown faces.',
  })
  face_ids?: string[];
  @ApiPropertyOptional({
    format: 'uuid',
    description:
      'merge: which of the two clusters stays; default the confirmed one, then the labelled, then the larger.',
  })
  into?: string;
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'array', items: { type: 'string', format: 'uuid' } },
    description: 'split: the faces of each new cluster; default the proposed groups. The others stay.',
  })
  groups?: string[][];
  @ApiPropertyOptional({ format: 'uuid', description: 'keep_one: the face that is this person.' })
  face_id?: string;
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'same: the image whose decisions hold for the other.',
  })
  keep?: string;
  @ApiPropertyOptional({ description: 'assign_to, merge: the labels differ, keep that of the target.' })
  keep_label?: boolean;
  @ApiPropertyOptional({ description: 'Set earlier human decisions that stand in the way aside.' })
  override?: boolean;
}

export class DecisionResponse {
  @ApiProperty({ type: ReviewItemResponse }) item!: ReviewItemResponse;
  @ApiProperty({ type: OperationResponse }) operation!: OperationResponse;
}

export const presentReport = ({ item, operation }: DecisionReport): DecisionResponse => ({
  item: presentReviewItem(item, operation.createdAt),
  operation: presentOperation(operation),
});
