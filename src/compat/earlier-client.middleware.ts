// What is the same for every client of an earlier API: it may send its credential as the header `token`, and every answer tells
// it that these routes are deprecated (RFC 9745).
import { performance } from 'node:perf_hooks';
import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** 21 November 2026, the day on which /v1 was there beside them: seconds since 1970, as a structured date. */
const DEPRECATED_SINCE = '@1795219200';

@Injectable()
export class EarlierClientMiddleware implements NestMiddleware {
  use(request: Request, response: Response, next: NextFunction): void {
    request.arrivedAt = performance.now();
    response.setHeader('Deprecation', DEPRECATED_SINCE);
    response.setHeader('Link', '</docs>; rel="deprecation"; type="text/html"');
    const { token } = request.headers;
    if (request.headers.authorization === undefined && typeof token === 'string') {
      request.headers.authorization = `Bearer ${token}`;
    }
    next();
  }
}

declare module 'express-serve-static-core' {
  interface Request {
    /** When a request of an earlier API began, ms of the process's own clock. */
    arrivedAt?: number;
  }
}

/** ms of `performance.now()`. */
export const arrivalOf = (request: Request): number => request.arrivedAt ?? performance.now();
