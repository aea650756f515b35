// Reads JSON bodies and plain forms, after the guard has let the request in: whoever has no credentials cannot make us hold a body.
import { SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { DomainError } from '../domain/domain-error.js';
import { requestFault } from './request-fault.js';

/** Largest JSON body of an ordinary route, bytes. A bulk decision of 100 items takes a tenth of it. */
const BODY_BYTES_MAX = 1_048_576;

const PICTURES_KEY = 'kindred:json-pictures';

/** The route takes up to so many pictures in base64 inside its JSON body. */
export const TakesJsonPictures = (count: number) => SetMetadata(PICTURES_KEY, count);

const FORMS_KEY = 'kindred:forms';

/** The route takes its members as an HTML form, too (application/x-www-form-urlencoded): only clients of earlier APIs send that. */
export const TakesForms = () => SetMetadata(FORMS_KEY, true);

const FORM_TYPE = 'application/x-www-form-urlencoded';
const JSON_TYPE = /^application\/(?:[a-z0-9.!#$&^_-]+\+)?json$/;
const MULTIPART = 'multipart/form-data';

export class JsonBodyInterceptor implements NestInterceptor {
  /** @param pictureBytesMax Largest picture, bytes before base64. */
  constructor(
    private readonly reflector: Reflector,
    private readonly pictureBytesMax: number,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    if (hasBody(request)) {
      const type = mediaType(request);
      const pictures = this.picturesOf(context);
      const forms = this.takesForms(context);
      if (JSON_TYPE.test(type)) request.body = parseJson(await this.read(request, pictures));
      else if (type === FORM_TYPE && forms) request.body = parseForm(await this.read(request, pictures));
      // A form with parts is read by the interceptor of the route that takes one.
      else if (type !== MULTIPART || (pictures === 0 && !forms)) {
        throw new DomainError(
          'request.unsupported_media_type',
          'The body must be JSON, or a form where the route takes one.',
        );
      }
    }
    return next.handle();
  }

  private takesForms(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<boolean | undefined>(FORMS_KEY, targets) ?? false;
  }

  /** How many pictures the route takes. */
  private picturesOf(context: ExecutionContext): number {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<number | undefined>(PICTURES_KEY, targets) ?? 0;
  }

  private async read(request: Request, pictures: number): Promise<Buffer> {
    // Four characters of base64 hold three bytes; a line break after each 64 is tolerated.
    const bytesMax = BODY_BYTES_MAX + Math.ceil(pictures * this.pictureBytesMax * (4 / 3) * (66 / 64));
    refuseEncodings(request);
    const tooLarge = (): DomainError =>
      new DomainError(
        'request.too_large',
        `The body is larger than the ${bytesMax} bytes that this route takes.`,
      );
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge();
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > bytesMax) throw tooLarge();
        chunks.push(chunk);
      }
    } catch (error) {
      // What is left of a body that was begun is nobody's: unread, it would block the next request on this connection.
      request.resume();
      if (error instanceof DomainError) throw error;
      throw requestFault('#', 'the body ended too early', 'aborted', error);
    }
    return Buffer.concat(chunks, length);
  }
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function mediaType({ headers }: Request): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function refuseEncodings({ headers }: Request): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new DomainError('request.unsupported_media_type', 'JSON must be UTF-8.');
  }
  const encoding = headers['content-encoding']?.toLowerCase();
  if (encoding !== undefined && encoding !== 'identity') {
    throw new DomainError('request.unsupported_media_type', 'The body must not be compressed.');
  }
}

function parseJson(bytes: Buffer): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // The parser's text quotes the body: it stays inside.
    if (error instanceof SyntaxError) throw requestFault('#', 'the body is not valid JSON', 'json');
    throw requestFault('#', 'the body is not valid UTF-8', 'utf8');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw requestFault('#', 'the body must be a JSON object', 'object');
  }
  return parsed;
}

/** A name that is given more than once becomes a list. */
function parseForm(bytes: Buffer): Record<string, string | string[]> {
  const form = new URLSearchParams(bytes.toString('utf8'));
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? values[0]! : values];
    }),
  );
}
