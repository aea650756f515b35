// The parameters of a drop-in route: in the query, in a form or in JSON, on every route, GET included; unknown ones are ignored,
// as the earlier APIs did. The same name with two values is refused: which of them counts would be a guess.
import { applyDecorators, createParamDecorator, Injectable, UseInterceptors } from '@nestjs/common';
import type { ArgumentMetadata, ExecutionContext } from '@nestjs/common';
import { NoFilesInterceptor } from '@nestjs/platform-express';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
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

/** Text of a query or form as the number that it spells. */
export const AsNumber = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value,
  );

/** Rows of one list. The earlier APIs had no bound; a client that pages meets none. */
const LIMIT_MAX = 1000;
export const INTEGER_MAX = 2_147_483_647;

/** A page as clients of the earlier APIs count it. */
export class OffsetParameters {
  @ApiPropertyOptional({ type: 'integer', minimum: 0, default: 0 })
  @AsNumber()
  @IsInt()
  @Min(0)
  @Max(INTEGER_MAX)
  skip: number = 0;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LIMIT_MAX })
  @IsOptional()
  @AsNumber()
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  limit?: number;
}

/** For the routes without a picture: forms of both kinds, beside query and JSON. */
export const TakesParameters = (): MethodDecorator =>
  applyDecorators(TakesForms(), UseInterceptors(NoFilesInterceptor()));
