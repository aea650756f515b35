// What the bulk route takes and answers.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { OperationResponse } from '../clusters/operation.response.js';
import { ReviewItemResponse } from '../clusters/review-item.response.js';
import { DomainError, type FieldFault } from '../domain/domain-error.js';
import type { ExpectedVersions } from '../http/conditional.js';
import { isUuid } from '../http/params.js';
import { Problem } from '../http/problem.js';
import { REQUEST_INVALID } from '../http/request-fault.js';
import { DecisionBody } from './decision.dto.js';

/** Decisions in one call, count. */
export const DECISIONS_MAX = 100;

/** For the API document; `parseBulk` reads it. */
export class BulkDecisionBody extends DecisionBody {
  @ApiProperty({ format: 'uuid' }) item_id!: string;
  @ApiPropertyOptional({ minimum: 1, description: 'The `version` that was looked at; another one is 412.' })
  if_match?: number;
}

export class BulkDecisionsBody {
  @ApiProperty({ type: [BulkDecisionBody], minItems: 1, maxItems: DECISIONS_MAX })
  decisions!: BulkDecisionBody[];
}

export class BulkDecisionResult {
  @ApiProperty({ format: 'uuid' }) item_id!: string;
  @ApiProperty({ description: 'The HTTP status that this decision alone would have had.' }) status!: number;
  @ApiPropertyOptional({ type: ReviewItemResponse, description: 'With status 200.' })
  item?: ReviewItemResponse;
  @ApiPropertyOptional({ type: OperationResponse, description: 'With status 200.' })
  operation?: OperationResponse;
  @ApiPropertyOptional({
    type: Problem,
    description: 'With any other status; pointers are into the decision.',
  })
  problem?: Problem;
}

export class BulkDecisionsResponse {
  @ApiProperty({ minimum: 0, description: 'Decisions that were taken.' }) decided!: number;
  @ApiProperty({ minimum: 0 }) failed!: number;
  @ApiProperty({ type: [BulkDecisionResult], description: 'In the order of the decisions.' })
  results!: BulkDecisionResult[];
}

export interface BulkDecision {
  readonly itemId: string;
  readonly expected: ExpectedVersions;
  /** As the route of one decision takes it. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** @throws DomainError request.invalid naming every entry that is none; whether a decision fits its item shows when it is taken. */
export function parseBulk({ decisions, ...others }: Readonly<Record<string, unknown>>): BulkDecision[] {
  const faults: FieldFault[] = Object.keys(others).map((name) => fault(`#/${name}`, 'is not known here'));
  if (!Array.isArray(decisions) || decisions.length === 0 || decisions.length > DECISIONS_MAX) {
    faults.push(fault('#/decisions', `must be a list of 1 to ${DECISIONS_MAX} decisions`));
  }
  const parsed = (Array.isArray(decisions) ? decisions.slice(0, DECISIONS_MAX) : []).map(
    (entry: unknown, i): BulkDecision => {
      const isObject = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
      const { item_id, if_match, ...body } = (isObject ? entry : {}) as Record<string, unknown>;
      if (!isUuid(item_id)) faults.push(fault(`#/decisions/${i}/item_id`, 'must be a UUID'));
      if (if_match !== undefined && !(Number.isSafeInteger(if_match) && (if_match as number) >= 1))
        faults.push(fault(`#/decisions/${i}/if_match`, 'must be a version: a whole number from 1'));
      return {
        itemId: String(item_id).toLowerCase(),
        expected: if_match === undefined ? undefined : [if_match as number],
        body,
      };
    },
  );
  if (faults.length > 0) throw new DomainError('request.invalid', REQUEST_INVALID, { faults });
  return parsed;
}

const fault = (pointer: string, detail: string): FieldFault => ({ pointer, detail, code: 'invalid' });
