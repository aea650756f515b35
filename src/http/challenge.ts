// The WWW-Authenticate header (RFC 6750, section 3).
import type { DomainError } from '../domain/domain-error.js';

const BEARER = 'Bearer realm="kindred"';

/** The challenge that goes with an error, or undefined. Without credentials there is no error code in it. */
export function challengeOf(error: DomainError): string | undefined {
  switch (error.code) {
    case 'auth.credentials_missing':
      return BEARER;
    case 'auth.token_invalid':
      return `${BEARER}, error="invalid_token"`;
    case 'auth.scope_insufficient':
      return `${BEARER}, error="insufficient_scope"`;
    default:
      return undefined;
  }
}
