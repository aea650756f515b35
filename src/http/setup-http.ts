// Everything between the socket and a controller that is the same for every route.
import { Reflector } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { KindredConfig } from '../config/config.js';
import { Connections } from './connections.js';
import { JsonBodyInterceptor } from './json-body.js';
import { createLogger } from './logger.js';
import { DOCS_CONTENT_POLICY, serveOpenApi } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { requestLog } from './request-log.js';
import { RequestValidationPipe } from './validation.pipe.js';

/** Time to receive all headers, ms: a client that drips them holds a connection for nothing. */
const HEADERS_TIMEOUT_MS = 20_000;
/** How often connections are held against these times, ms. */
const CHECK_INTERVAL_MS = 5000;
/** Idle time of a kept connection, ms. Longer than the 60 s of usual proxies: who closes first must be the proxy. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Call it after NestFactory.create and before init or listen. */
export function setupHttp(
  app: NestExpressApplication,
  config: KindredConfig,
  logger: Logger = createLogger(config.logLevel),
): void {
  app.disable('x-powered-by');
  // Express makes weak tags of its own; a route that has a version sets a strong one.
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', config.server.trustedProxies);
  // Nest would read bodies before the guard; JsonBodyInterceptor reads them after it.
  app.getHttpAdapter().registerParserMiddleware = () => undefined;

  app.use(requestLog(logger));
  app.use(app.get(Connections).middleware);
  app.use(securityHeaders());
  app.useGlobalFilters(new ProblemFilter(logger));
  app.useGlobalInterceptors(new JsonBodyInterceptor(app.get(Reflector), config.imaging.bytesMax));
  app.useGlobalPipes(new RequestValidationPipe());
  serveOpenApi(app);
  limitTimes(app.getHttpServer(), config.server.requestTimeoutMs);
}

/** Nothing here is a page, but the documentation. Transport security is said by the proxy that ends TLS. */
function securityHeaders() {
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    protect(request, response, () => {
      response.setHeader('Cache-Control', 'no-store');
      if (/^\/docs(\/|$)/i.test(request.path))
        response.setHeader('Content-Security-Policy', DOCS_CONTENT_POLICY);
      next();
    });
  };
}

function limitTimes(server: Server, requestTimeoutMs: number): void {
  server.requestTimeout = requestTimeoutMs;
  server.headersTimeout = Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs);
  // Node looks at its clock every 30 s unless told so before it listens; its types do not know the property.
  Object.assign(server, { connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, requestTimeoutMs) });
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
}
