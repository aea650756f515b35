// The parameters of a drop-in route: in the query, in a form or in JSON, on every route, GET included; unknown ones are ignored,
// as the earlier APIs did. The same name with two values is refused: which of them counts would be a guess.
import { applyDecorators, createParamDecorator, Injectable, UseInterceptors } from '@nestjs/common';
import type { ArgumentMetadata, ExecutionContext } from '@nestjs/common';
import { NoFilesInterceptor } from '@nestjs/platform-express';
import { Transform } from 'class-transformer';
import type { Request } from 'express';
import { TakesForms } from '../http/json-body.js';
import { requestFault } from '../http/request-fault.js';
import { RequestValidationPipe } from '../http/validation.pipe.js';

type Members = Readonly<Record<string, unknown>>;

@Injectable()
class ParametersPipe extends RequestValidationPipe {
  constructor() {
    super({ unknown: 'drop' });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    return super.transform(value, { ...metadata, type: 'body' });
  }
}

const merged = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<Request>();
  return mergeParameters(request.query, (request.body ?? {}) as Members);
});

/** `@Parameters() parameters: SomeParameters`, validated against that class. */
export const Parameters = (): ParameterDecorator => merged(new ParametersPipe());

/** @throws DomainError request.invalid when a name has two values. */
export function mergeParameters(query: Members, body: Members): Members {
  for (const [name, value] of Object.entries(query)) {
    if (Object.hasOwn(body, name) && String(body[name]) !== String(value)) {
      throw requestFault(
        `#/query/${name}`,
        'is given in the query and in the body, and differs',
        'ambiguous',
      );
    }
  }
  return { ...query, ...body };
}

/** For the routes without a picture: forms of both kinds, beside query and JSON. */
export const TakesParameters = (): MethodDecorator =>
  applyDecorators(TakesForms(), UseInterceptors(NoFilesInterceptor()));

/** Text of a query or form as the number that it spells. */
export const AsNumber = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value,
  );
