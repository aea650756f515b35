// The fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10): what a caller may, and what is left.
import type { ServerResponse } from 'node:http';
import type { RateLimit } from '../domain/domain-error.js';

export function setRateLimitFields(response: ServerResponse, limit: RateLimit): void {
  const { policy, quota, windowSeconds, remaining, resetSeconds } = limit;
  const window = windowSeconds === undefined ? '' : `;w=${windowSeconds}`;
  const reset = resetSeconds === undefined ? '' : `;t=${Math.max(0, Math.ceil(resetSeconds))}`;
  response.setHeader('RateLimit-Policy', `"${policy}";q=${quota}${window}`);
  response.setHeader('RateLimit', `"${policy}";r=${Math.max(0, remaining)}${reset}`);
}
