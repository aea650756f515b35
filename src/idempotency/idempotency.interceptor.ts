// Answers a request with an Idempotency-Key once. It runs after the guard and after the body was read, before validation.
import {
  Injectable,
  Logger,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { actorOf } from '../auth/principal.js';
import type { KeptAnswer } from '../database/repositories/idempotency-key-repository.js';
import { TenantStore } from '../database/tenant-store.js';
import { PROBLEM_KINDS, PROBLEM_MEDIA_TYPE, problemOf } from '../http/problem.js';
import { requestFault } from '../http/request-fault.js';
import { requestIdOf } from '../http/request-id.js';
import { translateException } from '../http/translate-exception.js';
import { KeptAnswers, type KeyedRequest } from './kept-answers.js';
import { requestFingerprint, sha256 } from './request-fingerprint.js';

const HEADER = 'idempotency-key';
/** Visible ASCII. */
const KEY = /^[\x21-\x7e]{1,255}$/;
/** Headers that belong to an answer. */
const KEPT_HEADERS = ['location', 'etag'] as const;

@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger(IdempotencyInterceptor.name);
  private readonly answers: KeptAnswers;

  constructor(tenants: TenantStore) {
    this.answers = new KeptAnswers(tenants);
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const keyed = keyedRequest(request);
    if (keyed === undefined) return next.handle();
    const beginning = await this.answers.begin(keyed, new Date());
    if (beginning.kind === 'kept') return of(give(beginning.answer, response));
    const { attempt } = beginning;
    try {
      const value: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      const body = value === undefined ? '' : JSON.stringify(value);
      await this.end(() => this.answers.keep(keyed, attempt, successOf(response, body)));
      return of(value);
    } catch (thrown) {
      const refusal = refusalOf(thrown, request);
      await this.end(() =>
        refusal === undefined
          ? this.answers.release(keyed, attempt)
          : this.answers.keep(keyed, attempt, refusal),
      );
      throw thrown;
    }
  }

  /** The work is done or refused already: that its record could not be written must not change the answer. */
  private async end(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.logger.error(error instanceof Error ? error : String(error));
    }
  }
}

/** undefined without the header. @throws DomainError request.invalid */
function keyedRequest(request: Request): KeyedRequest | undefined {
  const key = request.headers[HEADER];
  const tenantId = request.params['tenant_id'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw requestFault(`#/header/${HEADER}`, 'must be 1 to 255 visible ASCII characters', 'key');
  }
  if (typeof tenantId !== 'string' || request.principal === undefined) {
    throw new Error('a route with idempotency keys belongs to a tenant and is not public');
  }
  return {
    tenantId,
    keyHash: sha256(`${actorOf(request.principal)}\n${key}`),
    fingerprint: requestFingerprint({
      method: request.method,
      path: request.originalUrl,
      ifMatch: request.headers['if-match'],
      body: request.body as unknown,
    }),
  };
}

function successOf(response: Response, body: string): KeptAnswer {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = response.getHeader(name);
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return {
    status: response.statusCode,
    headers: Object.fromEntries([...headers, ['content-type', 'application/json']]) as Record<string, string>,
    body,
  };
}

/** undefined when the same request may go well later. */
function refusalOf(thrown: unknown, request: Request): KeptAnswer | undefined {
  const error = translateException(thrown);
  const { status } = PROBLEM_KINDS[error.code];
  if (status >= 500 || error.retryable) return undefined;
  return {
    status,
    headers: { 'content-type': PROBLEM_MEDIA_TYPE },
    body: JSON.stringify(problemOf(error, requestIdOf(request))),
  };
}

/** Sends the very bytes of the first answer. */
function give(answer: KeptAnswer, response: Response): string {
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (name === 'content-type') response.type(String(value));
    else response.setHeader(name, String(value));
  }
  response.setHeader('Idempotency-Replayed', 'true');
  return answer.body;
}

/** Refuses the header where it cannot be kept: ignoring it would promise what does not hold. */
@Injectable()
export class NoIdempotencyKeyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.switchToHttp().getRequest<Request>().headers[HEADER] !== undefined) {
      throw requestFault(`#/header/${HEADER}`, 'is not taken here: the answer holds a secret', 'not_taken');
    }
    return next.handle();
  }
}
