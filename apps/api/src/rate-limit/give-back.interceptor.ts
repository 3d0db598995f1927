import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import { isMalformed } from '../problem/to-problem';
import { RequestLimits } from './request-limits';

/**
 * Refunds the registration or attempt that a malformed request has spent. The guard counts before the body is read.
 * Pipes run inside the interceptors, so a validation error passes here on its way to the filter.
 */
@Injectable()
export class GiveBackInterceptor implements NestInterceptor {
  constructor(private readonly limits: RequestLimits) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (!isMalformed(error)) return throwError(() => error);
        return from(this.limits.giveBackMalformed()).pipe(mergeMap(() => throwError(() => error)));
      }),
    );
  }
}
