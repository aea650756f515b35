// What makes two requests the same: method, path, conditions and the value of the body, however its members are ordered.
import { createHash } from 'node:crypto';
import { DomainError } from '../domain/domain-error.js';
import { faultOfPlainValue } from '../http/plain-values.js';
import { REQUEST_INVALID } from '../http/request-fault.js';

export interface RequestParts {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly ifMatch: string | undefined;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

/** SHA-256, hex. @throws DomainError request.invalid for a body that is nested too deeply to be any request. */
export function requestFingerprint({ method, path, ifMatch, body }: RequestParts): string {
  const fault = faultOfPlainValue(body, '#');
  if (fault) throw new DomainError('request.invalid', REQUEST_INVALID, { faults: [fault] });
  return sha256([method, path, ifMatch ?? '', body === undefined ? '' : canonical(body)].join('\n'));
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** JSON with the members of every object in the order of their names. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as Record<string, unknown>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`);
  return `{${members.join(',')}}`;
}
