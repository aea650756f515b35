// Takes pictures out of a request, multipart or JSON base64 alike, and makes sure that nothing staged outlives it.
import { Readable } from 'node:stream';
import {
  applyDecorators,
  createParamDecorator,
  Inject,
  mixin,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { FileFieldsInterceptor } from '@nestjs/platform-express';
import type { Request } from 'express';
import { finalize, type Observable } from 'rxjs';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { TakesJsonPictures } from '../http/json-body.js';
import { requestFault } from '../http/request-fault.js';
import { BlobStore } from '../storage/blob-store.js';
import type { StagedUpload } from './staging-storage.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const DATA_URI = /^data:([a-z]+\/[a-z0-9.+-]+)?(?:;[a-z0-9=-]+)*;base64,/i;

/** The bytes of a base64 string, with or without a `data:` prefix. */
function decodeBase64(field: string, value: string): { bytes: Buffer; declaredType: string | undefined } {
  const prefix = DATA_URI.exec(value);
  const text = (prefix ? value.slice(prefix[0].length) : value).replace(/\s+/g, '');
  if (!BASE64.test(text))
    throw requestFault(`#/${field}`, 'must be a picture in base64, or a data: URI with base64', 'base64');
  return { bytes: Buffer.from(text, 'base64'), declaredType: prefix?.[1]?.toLowerCase() };
}

function stagedUploadsInterceptor(fields: readonly string[], optional: boolean): Type<NestInterceptor> {
  class StagedUploadsInterceptor implements NestInterceptor {
    constructor(
      @Inject(BlobStore) private readonly blobs: BlobStore,
      @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
    ) {}

    async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
      const request = context.switchToHttp().getRequest<Request>();
      const staged = (request.staged ??= new Map<string, StagedUpload>());
      try {
        for (const field of fields) await this.take(request, staged, field);
      } catch (error) {
        await this.discardAll(staged);
        throw error;
      }
      return next.handle().pipe(finalize(() => void this.discardAll(staged)));
    }

    private async take(request: Request, staged: Map<string, StagedUpload>, field: string): Promise<void> {
      const body = (request.body ??= {}) as Record<string, unknown>;
      const value = body[field];
      // The body goes on to validation: a picture is not part of it.
      delete body[field];
      if (typeof value === 'string' && value !== '' && !staged.has(field)) {
        const { bytes, declaredType } = decodeBase64(field, value);
        const blob = await this.blobs.stage(Readable.from([bytes]), this.config.imaging.bytesMax);
        staged.set(field, { ...blob, declaredType });
      }
      const upload = staged.get(field);
      if (!upload) {
        if (optional) return;
        throw requestFault(
          `#/${field}`,
          'a picture is required: a multipart file, or base64 in JSON',
          'required',
        );
      }
      if (upload.byteLength === 0) throw requestFault(`#/${field}`, 'the file is empty', 'not_empty');
    }

    /** What was kept has been moved away; the rest goes. A file that cannot be removed is left to the staging sweep. */
    private async discardAll(staged: Map<string, StagedUpload>): Promise<void> {
      await Promise.allSettled([...staged.values()].map((upload) => this.blobs.discard(upload)));
      staged.clear();
    }
  }
  return mixin(StagedUploadsInterceptor);
}

/** The route takes these pictures; `@Uploaded('image')` hands them to the method. */
export function TakesPictures(
  fields: readonly string[],
  options: { optional?: boolean } = {},
): MethodDecorator {
  return applyDecorators(
    TakesJsonPictures(fields.length),
    UseInterceptors(
      FileFieldsInterceptor(fields.map((name) => ({ name, maxCount: 1 }))),
      stagedUploadsInterceptor(fields, options.optional ?? false),
    ),
  );
}

/** The staged picture of a field; undefined only where the route takes it as optional. */
export const Uploaded = createParamDecorator(
  (field: string, context: ExecutionContext): StagedUpload | undefined =>
    context.switchToHttp().getRequest<Request>().staged?.get(field),
);
