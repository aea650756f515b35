// What the fourth earlier API calls bad data is a 400 there, whatever is wrong with the pictures, with the members of its answers.
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { DomainError, type ErrorCode } from '../../domain/domain-error.js';

const BAD_DATA: readonly ErrorCode[] = [
  'request.invalid',
  'image.unreadable',
  'image.unsupported',
  'image.no_face',
];

@Injectable()
export class BadDataInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (!(error instanceof DomainError) || !BAD_DATA.includes(error.code)) throw error;
        const { detail, faults, cause } = error;
        throw new DomainError('request.invalid', detail, {
          faults,
          extensions: { success: false, match: false, message: detail },
          cause,
        });
      }),
    );
  }
}
