// How a drop-in route is documented: deprecated, with the call that takes its place.
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiOperation, ApiQuery } from '@nestjs/swagger';

/**
 * @param successor Method and path of the call to use instead.
 * @param parameters What the route takes, told as a query; it may stand in a form or in JSON as well.
 */
export const EarlierRoute = (successor: string, parameters?: Type): MethodDecorator =>
  applyDecorators(
    ApiOperation({ deprecated: true, summary: `Use ${successor}.` }),
    ...(parameters === undefined ? [] : [ApiQuery({ type: parameters })]),
  );
