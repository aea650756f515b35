// Answers every error as problem+json, and logs those that are our own fault.
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { challengeOf } from './challenge.js';
import { PROBLEM_KINDS, PROBLEM_MEDIA_TYPE, problemOf } from './problem.js';
import { setRateLimitFields } from './rate-limit-fields.js';
import { requestIdOf } from './request-id.js';
import { translateException } from './translate-exception.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = translateException(thrown);
    const requestId = requestIdOf(request);
    const { status } = PROBLEM_KINDS[error.code];
    if (error.code === 'internal') {
      this.logger.error({ request_id: requestId, err: error.cause ?? error }, 'a request failed inside');
    } else if (status >= 500 || error.cause !== undefined) {
      this.logger.info(
        { request_id: requestId, code: error.code, err: error.cause },
        'a request was refused',
      );
    }
    if (response.headersSent) {
      // Half an answer is out: cutting the line is the only way left to say that it is not whole.
      response.destroy();
      return;
    }
    const challenge = challengeOf(error);
    if (challenge !== undefined) response.setHeader('WWW-Authenticate', challenge);
    if (error.retryAfterSeconds !== undefined) {
      response.setHeader('Retry-After', String(Math.max(1, Math.ceil(error.retryAfterSeconds))));
    }
    if (error.rateLimit !== undefined) setRateLimitFields(response, error.rateLimit);
    response.removeHeader('ETag');
    response.removeHeader('Location');
    response.setHeader('Cache-Control', 'no-store');
    response
      .status(status)
      .type(PROBLEM_MEDIA_TYPE)
      .send(JSON.stringify(problemOf(error, requestId)));
  }
}
