// The earlier APIs' own texts for what is not there, in the `detail` of the problem where their clients look for them.
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { DomainError, type ErrorCode } from '../domain/domain-error.js';

const TEXTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  'tenant.not_found': 'Tenant not found',
  'image.not_found': 'Image not found',
  'face.not_found': 'Face not found',
  'cluster.not_found': 'Cluster not found',
  'review_item.not_found': 'Review not found',
};

@Injectable()
export class EarlierTexts implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        const text = error instanceof DomainError ? TEXTS[error.code] : undefined;
        throw error instanceof DomainError && text !== undefined ? new DomainError(error.code, text) : error;
      }),
    );
  }
}
