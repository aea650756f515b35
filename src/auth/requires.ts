// Every route declares who may use it: `@Requires('read')` or `@Public()`. A route that declares nothing is closed.
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { BEARER_SCHEME } from '../http/openapi.js';
import type { Scope } from './scopes.js';

/** What a route declared. */
export type Access =
  | { readonly kind: 'public' }
  | {
      readonly kind: 'scopes';
      readonly scopes: readonly Scope[];
      /** Whoever comes through this door, should the operator open it, needs no credential. */
      readonly door?: string;
    };

export const ACCESS_KEY = 'kindred:access';

const declare = (access: Access) => SetMetadata(ACCESS_KEY, access);

/**
 * The route needs all of these scopes. On a route without `:tenant_id`, `admin` means the operator: a key's `admin` reaches
 * its own tenant only.
 */
export const Requires = (...scopes: [Scope, ...Scope[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(declare({ kind: 'scopes', scopes }), ApiSecurity(BEARER_SCHEME, scopes));

/** Like `Requires`, but the operator may open the route on loopback: see open-doors.ts. */
export const RequiresUnlessOpen = (
  door: string,
  ...scopes: [Scope, ...Scope[]]
): MethodDecorator & ClassDecorator =>
  applyDecorators(declare({ kind: 'scopes', scopes, door }), ApiSecurity(BEARER_SCHEME, scopes));

/** Anybody may use the route, without credentials. */
export const Public = (): MethodDecorator & ClassDecorator => declare({ kind: 'public' });

export const WHILE_ERASING_KEY = 'kindred:while-erasing';

/** The route answers for a tenant that is being erased, too; any other refuses. */
export const AlsoWhileErasing = (): MethodDecorator => SetMetadata(WHILE_ERASING_KEY, true);

export const NO_USE_KEY = 'kindred:no-use';

/** Looking at the tenant itself is no use of what it holds: it does not keep the tenant from being idle. */
export const IsNoUse = (): MethodDecorator & ClassDecorator => SetMetadata(NO_USE_KEY, true);
