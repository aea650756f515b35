// Refuses to start while a route says nothing about who may use it, or names its tenant so that the guard cannot see it.
import { Injectable, RequestMethod, type OnModuleInit, type Type } from '@nestjs/common';
import { MetadataScanner, ModulesContainer, Reflector } from '@nestjs/core';
import { ACCESS_KEY, type Access } from './requires.js';

/** Where Nest's routing decorators leave their paths and methods. */
const PATH_KEY = 'path';
const METHOD_KEY = 'method';

/** `/tenants/:x` where x is not tenant_id. */
const UNSEEN_TENANT = /\/tenants\/:(?!tenant_id(?:\/|$))/;

export class UndeclaredRoutesError extends Error {
  constructor(readonly routes: readonly string[]) {
    super(`routes that do not declare who may use them (@Requires or @Public):\n  ${routes.join('\n  ')}`);
    this.name = 'UndeclaredRoutesError';
  }
}

@Injectable()
export class DeclaredRoutes implements OnModuleInit {
  private readonly scanner = new MetadataScanner();

  constructor(
    private readonly modules: ModulesContainer,
    private readonly reflector: Reflector,
  ) {}

  /** Throws UndeclaredRoutesError. */
  onModuleInit(): void {
    const undeclared = [...this.modules.values()]
      .flatMap((module) => [...module.controllers.values()])
      .flatMap(({ metatype }) =>
        typeof metatype === 'function' ? this.undeclaredRoutes(metatype as Type) : [],
      );
    if (undeclared.length > 0) throw new UndeclaredRoutesError(undeclared);
  }

  private undeclaredRoutes(controller: Type): string[] {
    const prototype = controller.prototype as Record<string, object>;
    const prefixes = this.pathsOf(controller);
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name] as () => unknown;
      const method = this.reflector.get<RequestMethod | undefined>(METHOD_KEY, handler);
      if (method === undefined) return [];
      const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_KEY, [handler, controller]);
      return prefixes
        .flatMap((prefix) => this.pathsOf(handler).map((path) => `/${prefix}/${path}`.replace(/\/+/g, '/')))
        .filter((path) => access === undefined || UNSEEN_TENANT.test(path))
        .map((path) => `${RequestMethod[method]} ${path} (${controller.name}.${name})`);
    });
  }

  private pathsOf(target: Type | (() => unknown)): string[] {
    return [this.reflector.get<string | string[] | undefined>(PATH_KEY, target) ?? '/'].flat();
  }
}
