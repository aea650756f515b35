// Lets a request in, or not: credentials (wrong ones are throttled by address), the rate of the tenant, the tenant, scopes.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import { DomainError } from '../domain/domain-error.js';
import { isTenantId, TENANT_ID_FAULT } from '../http/params.js';
import { requestFault } from '../http/request-fault.js';
import { BearerStrategy } from './bearer.strategy.js';
import { FailedAttempts } from './failed-attempts.js';
import { OpenDoors } from './open-doors.js';
import type { Principal } from './principal.js';
import { RequestRate } from './request-rate.js';
import { ACCESS_KEY, type Access, NO_USE_KEY, WHILE_ERASING_KEY } from './requires.js';
import { requireScopes, TenantAccess } from './tenant-access.js';

/** One token after "Bearer" (RFC 6750 b64token). */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const BEARER_SCHEME = /^Bearer(?:\s|$)/i;

const tokenInvalid = (cause?: unknown): DomainError =>
  new DomainError('auth.token_invalid', 'The token is unknown, expired or revoked.', { cause });

@Injectable()
export class AccessGuard extends AuthGuard() implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tenants: TenantAccess,
    private readonly attempts: FailedAttempts,
    private readonly rate: RequestRate,
    private readonly doors: OpenDoors,
    strategy: BearerStrategy,
  ) {
    super({ defaultStrategy: strategy.name, property: 'principal', session: false });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access?.kind === 'public') return true;
    if (access?.kind !== 'scopes' || access.scopes.length === 0) {
      throw new DomainError('auth.scope_insufficient', 'This route is closed.');
    }
    const request = context.switchToHttp().getRequest<Request>();
    const guest = this.doors.guestOf(access.door, request);
    const principal = guest ?? (await this.authenticate(context, request));
    request.principal = principal;
    if (principal.kind === 'key') {
      await this.rate.take(principal.tenantId, context.switchToHttp().getResponse<Response>());
    }
    const tenantId = request.params['tenant_id'];
    if (tenantId !== undefined) {
      if (!isTenantId(tenantId)) throw requestFault('#/path/tenant_id', TENANT_ID_FAULT, 'tenant_id');
      const handler = context.getHandler();
      await this.tenants.bind(principal, tenantId, {
        whileErasing: this.reflector.get<true | undefined>(WHILE_ERASING_KEY, handler) ?? false,
        isUse: this.reflector.getAllAndOverride(NO_USE_KEY, [handler, context.getClass()]) !== true,
      });
    }
    requireScopes(principal, access.scopes, tenantId !== undefined);
    return true;
  }

  private async authenticate(context: ExecutionContext, request: Request): Promise<Principal> {
    // A closed socket has no address.
    const address = request.ip ?? '';
    try {
      const token = bearerTokenOf(request);
      this.attempts.admit(address, token);
      await super.canActivate(context);
      const { principal } = request;
      // Passport sets it or handleRequest throws: without this line, a change there would open every door.
      if (!principal) throw tokenInvalid();
      this.attempts.noteSuccess(token);
      return principal;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'auth.token_invalid')
        this.attempts.noteFailure(address);
      throw error;
    }
  }

  /** Passport's answer; anything but a principal is refused. */
  override handleRequest<T>(error: unknown, principal: T | false | undefined): T {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- passes on what the strategy threw
    if (error) throw error;
    if (!principal) throw tokenInvalid();
    return principal;
  }
}

/** Refuses a request without a bearer token, and one that sends credentials where they do not belong. */
function bearerTokenOf({ headers, query }: Request): string {
  if (query['access_token'] !== undefined) {
    throw requestFault(
      '#/query/access_token',
      'credentials belong in the Authorization header',
      'credentials',
    );
  }
  const { authorization } = headers;
  if (authorization === undefined || !BEARER_SCHEME.test(authorization)) {
    throw new DomainError('auth.credentials_missing', 'Send a token: Authorization: Bearer <token>.');
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw tokenInvalid();
  return token;
}
