// Bearer tokens through Passport, from the Authorization header only.
import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-http-bearer';
import { Authenticator } from './authenticator.js';
import type { Principal } from './principal.js';

/**
 * passport-http-bearer would also take `access_token` from the query and the body, where it ends up in logs and histories:
 * it is shown the header alone.
 */
class HeaderStrategy extends Strategy<
  (token: string, done: (error: unknown, principal?: unknown) => void) => void
> {
  constructor(verify: (token: string, done: (error: unknown, principal?: unknown) => void) => void) {
    super({ realm: 'kindred' }, verify);
    // Passport keeps strategies by name in one table for the whole process; two applications in it must not share one.
    this.name = `kindred-bearer-${randomUUID()}`;
  }

  override authenticate(request: Request): void {
    const { authorization } = request.headers;
    super.authenticate({ headers: { authorization } } as Request);
  }
}

@Injectable()
export class BearerStrategy extends PassportStrategy(HeaderStrategy) implements OnApplicationShutdown {
  constructor(private readonly authenticator: Authenticator) {
    super();
  }

  /** Called by Passport; false = the token is not valid. */
  async validate(token: string): Promise<Principal | false> {
    return (await this.authenticator.findPrincipal(token)) ?? false;
  }

  /** After the last request: those that come in while the rest is being closed have a credential, too. */
  onApplicationShutdown(): void {
    passport.unuse(this.name);
  }
}
