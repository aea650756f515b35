// Who makes a request.
import type { Scope } from './scopes.js';

export type Principal =
  /** The operator, by the bootstrap token: every tenant, every scope. */
  | { readonly kind: 'admin' }
  /** An API key: one tenant, some scopes. */
  | {
      readonly kind: 'key';
      readonly tenantId: string;
      readonly keyId: string;
      readonly scopes: readonly Scope[];
    };

/** The principal's name in operations, constraints and logs: "admin" or "key:<id>". No secret. */
export const actorOf = (principal: Principal): string =>
  principal.kind === 'admin' ? 'admin' : `key:${principal.keyId}`;

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by the access guard on every route that is not public. */
    principal?: Principal;
  }
}
