// How a route answers that erases within its request: 204 and where the receipt is, or the erasure itself on demand.
import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { prefersRepresentation } from '../http/prefer.js';
import { DryRunResponse } from './erasure.dto.js';
import { AcceptedErasureResponse, presentAccepted } from './erasure.response.js';
import type { ErasurePlan } from './legal-hold.js';
import type { EndedErasure } from './erasures.service.js';

const RECEIPT_RELATION = 'urn:kindred:receipt';

/** Documents the answers of `tellErased` and of a dry run. */
export const ApiErasesWithinRequest = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: '`return=representation`: answer 200 with the erasure, its receipt and its salt.',
    }),
    ApiExtraModels(AcceptedErasureResponse, DryRunResponse),
    ApiNoContentResponse({
      description: `Erased. \`Link\` names the receipt (rel="${RECEIPT_RELATION}").`,
    }),
    ApiOkResponse({
      description: 'The erasure, where that is preferred; with dry_run, what would be erased.',
      schema: {
        oneOf: [AcceptedErasureResponse, DryRunResponse].map((model) => ({ $ref: getSchemaPath(model) })),
      },
    }),
  );

export function tellErased(
  response: Response,
  prefer: string | undefined,
  { erasure, salt }: EndedErasure,
): AcceptedErasureResponse | undefined {
  response.setHeader('Link', `</v1/receipts/${erasure.id}>; rel="${RECEIPT_RELATION}"`);
  if (!prefersRepresentation(prefer)) return undefined;
  response.status(200);
  return presentAccepted(erasure, salt);
}

export function tellDryRun(response: Response, { counts, legalHold }: ErasurePlan): DryRunResponse {
  response.status(200);
  return { dry_run: true, legal_hold: legalHold, inventory: { ...counts } };
}
