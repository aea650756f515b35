// `@ActedBy()`: who makes the request and why, for the audit log. `@TakesReason()` documents the header.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import { requestFault } from '../http/request-fault.js';
import { actorOf } from './principal.js';

export interface Actor {
  readonly actor: string;
  /** The client's own words. They outlive the tenant: a ticket's number, no name. */
  readonly reason?: string | undefined;
}

const HEADER = 'x-audit-reason';
const REASON = /^[\x20-\x7e]{1,200}$/;

export const ActedBy = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { principal, headers } = context.switchToHttp().getRequest<Request>();
  if (!principal) throw new Error('a public route has no principal');
  const reason = headers[HEADER];
  if (reason !== undefined && (typeof reason !== 'string' || !REASON.test(reason))) {
    throw requestFault(`#/header/${HEADER}`, 'must be 1 to 200 printable ASCII characters', 'reason');
  }
  return { actor: actorOf(principal), reason };
});

export const TakesReason = (): MethodDecorator =>
  ApiHeader({
    name: 'X-Audit-Reason',
    required: false,
    description: 'Why, for the audit log, which outlives the tenant: name a ticket, no person.',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  });
