// What Nest, Express and multer throw, as errors of ours. Their texts never reach a client.
import { HttpException } from '@nestjs/common';
import { DomainError } from '../domain/domain-error.js';
import { requestFault } from './request-fault.js';

const INTERNAL = 'The fault was logged under the request id.';

/** multer's words for a form that it refuses, as Nest passes them on: "<message>" or "<message> - <field>". */
const MULTER_FAULTS: Readonly<Record<string, { detail: string; code: string }>> = {
  'Too many parts': { detail: 'the form has too many parts', code: 'too_many' },
  'Too many files': { detail: 'the form has too many files', code: 'too_many' },
  'Too many fields': { detail: 'the form has too many fields', code: 'too_many' },
  'Field name too long': { detail: 'a field name is too long', code: 'too_long' },
  'Field value too long': { detail: 'the value is too long', code: 'too_long' },
  'Unexpected file field': { detail: 'no file is expected here', code: 'unexpected_file' },
  'Unexpected field': { detail: 'no file is expected here', code: 'unexpected_file' },
  'Field name missing': { detail: 'a part has no name', code: 'name_missing' },
  'Field name nesting too deep': { detail: 'a field name is nested too deeply', code: 'too_deep' },
  'Field name array index too large': { detail: 'a field name has too large an index', code: 'too_deep' },
  'Invalid field name': { detail: 'a field name is not valid', code: 'name_invalid' },
  'Multipart: Boundary not found': { detail: 'the multipart boundary is missing', code: 'multipart' },
  'Malformed part header': { detail: 'the multipart body is malformed', code: 'multipart' },
  'Unexpected end of form': { detail: 'the multipart body ends too early', code: 'multipart' },
  'Unexpected end of file': { detail: 'the multipart body ends too early', code: 'multipart' },
};

/** A field name that may be told back inside a pointer. */
const FIELD_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** The error to answer for whatever was thrown. What nobody coded is `internal`. */
export function translateException(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  if (!(thrown instanceof HttpException)) return new DomainError('internal', INTERNAL, { cause: thrown });
  switch (thrown.getStatus()) {
    case 400:
      return badRequest(thrown);
    case 404:
    case 405:
      return new DomainError('route.not_found', 'There is no such route.', { cause: thrown });
    case 413:
      return new DomainError('request.too_large', 'The request is larger than this route takes.', {
        cause: thrown,
      });
    case 415:
      return new DomainError('request.unsupported_media_type', 'The media type is not supported.', {
        cause: thrown,
      });
    case 503:
      return new DomainError('service.stopping', 'The service cannot answer now.', {
        cause: thrown,
        retryable: true,
      });
    default:
      return thrown.getStatus() < 500
        ? requestFault('#', 'the request cannot be handled', 'unexpected', thrown)
        : new DomainError('internal', INTERNAL, { cause: thrown });
  }
}

function badRequest(thrown: HttpException): DomainError {
  if (thrown.message.startsWith('Failed to decode param')) {
    return requestFault('#/path', 'the path holds a malformed percent-encoding', 'percent_encoding', thrown);
  }
  const [message = '', field = ''] = thrown.message.split(' - ', 2);
  const fault = MULTER_FAULTS[message];
  // multer's error holds the name that the client gave its file: it is not handed on to the log.
  if (fault) return requestFault(FIELD_NAME.test(field) ? `#/${field}` : '#', fault.detail, fault.code);
  return requestFault('#', 'the request cannot be understood', 'malformed', thrown);
}
