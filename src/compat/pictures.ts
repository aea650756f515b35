// A route that takes pictures and texts as the earlier APIs did: multipart, or JSON with base64 or a data: URI.
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { Type } from '@nestjs/common';
import { TakesPictures } from '../ingest/staged-uploads.interceptor.js';

/** @param form What the form holds, for the documentation. */
export const TakesEarlierPictures = (
  fields: readonly string[],
  form: Type,
  options: { readonly optional?: boolean } = {},
): MethodDecorator =>
  applyDecorators(
    TakesPictures(fields, options),
    ApiConsumes('multipart/form-data', 'application/json'),
    ApiBody({ type: form }),
  );
