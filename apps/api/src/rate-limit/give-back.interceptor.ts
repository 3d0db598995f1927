import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import { isMalformed } from '../problem/to-problem';
import { RequestLimits } from './request-limits';

/**
 * Gives a malformed request its registration or its attempt back. The guard spends before the body is read; pipes run
 * inside the interceptors, so their refusal passes here on its way to the filter.
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
