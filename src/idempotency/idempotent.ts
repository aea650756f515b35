// `@Idempotent()`: the route takes an Idempotency-Key.
import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiProblem } from '../http/problem.js';
import { IdempotencyInterceptor, NoIdempotencyKeyInterceptor } from './idempotency.interceptor.js';

/**
 * The same request with the same key is answered with the first status and body for 24 hours. For routes of a tenant that
 * answer JSON and no secret, and take no pictures.
 * @param refusals False where the route itself documents 409 and 422, these two codes among them.
 */
export const Idempotent = ({ refusals = true }: { refusals?: boolean } = {}): MethodDecorator =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Yours, new for each change: the same request with the same key is done once and answered alike for 24 hours.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ...(refusals
      ? [
          ApiProblem(409, 'What stands in the way of the change (`code`); `idempotency.in_progress`.'),
          ApiProblem(422, '`idempotency.key_reused`: the key came with another request.'),
        ]
      : []),
  );

/** The route refuses the header: its answer holds a secret that must not be kept. */
export const NotIdempotent = (): MethodDecorator => UseInterceptors(NoIdempotencyKeyInterceptor);
