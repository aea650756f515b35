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
    }
  /** Nobody in particular, through a door that the operator opened on loopback: the routes behind it and no others. */
  | { readonly kind: 'guest'; readonly door: string };

/** The principal's name in operations, constraints and logs: "admin", "key:<id>" or "open:<door>". No secret. */
export function actorOf(principal: Principal): string {
  switch (principal.kind) {
    case 'admin':
      return 'admin';
    case 'key':
      return `key:${principal.keyId}`;
    case 'guest':
      return `open:${principal.door}`;
  }
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by the access guard on every route that is not public. */
    principal?: Principal;
  }
}
