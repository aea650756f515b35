// A request that is wrong in one place.
import { DomainError } from '../domain/domain-error.js';

/** Detail of every 400: what is wrong stands in `errors`. */
export const REQUEST_INVALID = 'The request is not valid; see errors.';

/** A 400 with one pointer: a JSON pointer into the body, or `#/path/x`, `#/query/x`, `#/header/x`. */
export function requestFault(pointer: string, detail: string, code: string, cause?: unknown): DomainError {
  return new DomainError('request.invalid', REQUEST_INVALID, { faults: [{ pointer, detail, code }], cause });
}
