// One log line for each request: method, path, status, time. No query, no header, no body.
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { pinoHttp, type HttpLogger } from 'pino-http';
import { assignRequestId } from './request-id.js';

/** Probes come every few seconds and say nothing while they succeed. */
const QUIET_PATHS = /^\/health\//;

export function requestLog(logger: Logger): HttpLogger {
  return pinoHttp({
    logger,
    genReqId: assignRequestId,
    customProps: ({ id }) => ({ request_id: id }),
    serializers: {
      req: ({ raw }: { raw: IncomingMessage }) => ({ method: raw.method, path: pathOf(raw) }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      // The problem filter logs errors with their cause.
      err: () => undefined,
    },
    customLogLevel: (request, response, error) => {
      if (response.statusCode >= 500 || error) return 'warn';
      return QUIET_PATHS.test(pathOf(request)) ? 'debug' : 'info';
    },
  });
}

/** express rewrites `url` below a mounted middleware and keeps the whole one beside it. */
function pathOf(request: IncomingMessage & { originalUrl?: string }): string {
  return (request.originalUrl ?? request.url ?? '').split('?', 1)[0]!;
}
