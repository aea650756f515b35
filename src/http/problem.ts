// The shape of every answer that is not a success (RFC 9457), and the HTTP status of every code.
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERROR_CODES, type DomainError, type ErrorCode } from '../domain/domain-error.js';

interface Kind {
  readonly status: number;
  /** The same for every problem of this code. */
  readonly title: string;
}

/** The one place that knows HTTP statuses. */
export const PROBLEM_KINDS: Readonly<Record<ErrorCode, Kind>> = {
  'request.invalid': { status: 400, title: 'The request is not valid' },
  'request.too_large': { status: 413, title: 'The request is too large' },
  'request.unsupported_media_type': { status: 415, title: 'The media type is not supported' },
  'route.not_found': { status: 404, title: 'There is no such route' },
  'auth.credentials_missing': { status: 401, title: 'Credentials are required' },
  'auth.token_invalid': { status: 401, title: 'The token is not valid' },
  'auth.scope_insufficient': { status: 403, title: 'The token does not allow this' },
  'auth.throttled': { status: 429, title: 'Too many tokens were wrong' },
  'tenant.not_found': { status: 404, title: 'There is no such tenant' },
  'tenant.exists': { status: 409, title: 'The tenant exists' },
  'tenant.changed': { status: 412, title: 'The settings of the tenant have changed' },
  'tenant.rate_limited': { status: 429, title: 'The tenant sends too much at once' },
  'tenant.quota_exceeded': { status: 429, title: 'The tenant holds all that it may' },
  'tenant.erasing': { status: 409, title: 'The tenant is being erased' },
  'retention.legal_hold': { status: 409, title: 'A legal hold stands against the erasure' },
  'api_key.not_found': { status: 404, title: 'There is no such API key' },
  'api_key.ended': { status: 409, title: 'The API key has ended' },
  'image.not_found': { status: 404, title: 'There is no such image' },
  'image.unreadable': { status: 422, title: 'The image cannot be read' },
  'image.unsupported': { status: 415, title: 'The image type is not supported' },
  'image.too_large': { status: 413, title: 'The image is too large' },
  'image.no_face': { status: 422, title: 'The image shows no usable face' },
  'face.not_found': { status: 404, title: 'There is no such face' },
  'face.dismissed': { status: 409, title: 'The face was dismissed' },
  'crop.unavailable': { status: 404, title: 'There is no crop' },
  'storage.encryption_off': { status: 409, title: 'Originals are not encrypted here' },
  'storage.unreadable': { status: 500, title: 'The stored picture can not be opened' },
  'cluster.not_found': { status: 404, title: 'There is no such cluster' },
  'cluster.merged': { status: 409, title: 'The cluster was merged into another' },
  'cluster.labels_differ': { status: 409, title: 'The clusters have different labels' },
  'cluster.changed': { status: 412, title: 'The cluster has changed' },
  'constraint.conflict': { status: 409, title: 'An earlier decision says otherwise' },
  'opt_out.not_found': { status: 404, title: 'There is no such opt-out' },
  'operation.not_found': { status: 404, title: 'There is no such operation' },
  'operation.has_dependents': { status: 409, title: 'Later decisions stand on this operation' },
  'operation.not_undoable': { status: 409, title: 'The operation cannot be undone' },
  'review_item.not_found': { status: 404, title: 'There is no such review item' },
  'review_item.closed': { status: 409, title: 'The review item is closed' },
  'review_item.claimed': { status: 409, title: 'Somebody else works on the review item' },
  'review_item.notes_full': { status: 409, title: 'The review item has its full number of notes' },
  'review_item.changed': { status: 412, title: 'The review item has changed' },
  'review_item.decision_invalid': { status: 422, title: 'The decision does not fit the review item' },
  'idempotency.key_reused': { status: 422, title: 'The idempotency key was used for another request' },
  'idempotency.in_progress': { status: 409, title: 'The first request with this key is under way' },
  'consolidation.unavailable': { status: 409, title: 'The model pack cannot consolidate' },
  'consolidation.too_many_faces': { status: 422, title: 'There are too many faces to consolidate' },
  'consolidation.overtaken': { status: 503, title: 'The faces change too fast' },
  'model_pack.unavailable': { status: 503, title: 'The model pack is not available' },
  'model_change.not_found': { status: 404, title: 'There is no such change of model' },
  'model_change.pack_unusable': { status: 422, title: 'The model pack cannot be changed to' },
  'model_change.in_progress': { status: 409, title: 'Another change of model is under way' },
  'model_change.not_possible': { status: 409, title: 'The change of model cannot do this now' },
  'import.foreign': { status: 422, title: 'The export cannot be read here' },
  'import.original_differs': { status: 422, title: 'The photo is not the one of the export' },
  'erasure.not_found': { status: 404, title: 'There is no such erasure' },
  'receipt.not_found': { status: 404, title: 'There is no such receipt' },
  'job.not_found': { status: 404, title: 'There is no such job' },
  'job.not_cancellable': { status: 409, title: 'The job cannot be cancelled' },
  'inference.busy': { status: 503, title: 'The service is busy' },
  'inference.unavailable': { status: 503, title: 'The models are not available' },
  'gallery_map.unavailable': { status: 503, title: 'The map cannot be made' },
  'database.busy': { status: 503, title: 'The database is busy' },
  'service.stopping': { status: 503, title: 'The service is stopping' },
  internal: { status: 500, title: 'Something went wrong inside' },
};

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export class ProblemFault {
  @ApiProperty({ description: 'JSON pointer into the body, or #/path/x, #/query/x, #/header/x.' })
  pointer!: string;
  @ApiProperty() detail!: string;
  @ApiProperty({ description: 'Stable: branch on it.' }) code!: string;
}

export class Problem {
  @ApiProperty({ example: 'urn:kindred:problem:image.not_found' }) type!: string;
  @ApiProperty({ description: 'The same for every problem of this code.' }) title!: string;
  @ApiProperty({ minimum: 400, maximum: 599 }) status!: number;
  @ApiProperty({ description: 'For a human.' }) detail!: string;
  @ApiProperty({ description: 'Names this one occurrence.' }) instance!: string;
  @ApiProperty({ enum: ERROR_CODES, description: 'Stable: branch on it.' }) code!: ErrorCode;
  @ApiProperty({
    description: 'As in the X-Request-Id header of the answer; name it when you report a fault.',
  })
  request_id!: string;
  @ApiProperty({ type: [ProblemFault], description: 'What is wrong with the request, member by member.' })
  errors!: ProblemFault[];
}

/** Documents one kind of refusal of a route, beside the one that all routes share. @param model With extension members. */
export const ApiProblem = (
  status: number,
  description: string,
  model: Type<Problem> = Problem,
): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiExtraModels(model),
    ApiResponse({
      status,
      description,
      content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: getSchemaPath(model) } } },
    }),
  );

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The answer for an error. It depends on code, detail, faults, extensions and request id only: never on the path, so that
 * what is unknown and what is another tenant's give the same bytes.
 */
export function problemOf(error: DomainError, requestId: string): Problem {
  const { status, title } = PROBLEM_KINDS[error.code];
  return {
    // Extension members come first: they can never replace a member of the standard.
    ...error.extensions,
    type: `urn:kindred:problem:${error.code}`,
    title,
    status,
    detail: error.detail,
    // A request id that the client chose need not be a UUID.
    instance: UUID.test(requestId) ? `urn:uuid:${requestId}` : `urn:kindred:request:${requestId}`,
    code: error.code,
    request_id: requestId,
    errors: error.faults.map(({ pointer, detail, code }) => ({ pointer, detail, code })),
  };
}
