import type { NextFunction, Request, Response } from 'express';
import { SpanKind, underRemote } from '@app/runtime';
import { currentRequest } from './request-context';

/** Opens the request's span, as a part of the caller's trace if it sends a `traceparent`. */
export function traceRequest(request: Request, response: Response, next: NextFunction): void {
  const context = currentRequest();
  underRemote(request.headers, request.method, SpanKind.SERVER, (span) => {
    response.once('close', () => {
      const { route } = context;
      span.updateName(`${request.method} ${route}`);
      span.setAttributes({
        'http.request.method': request.method,
        'http.route': route,
        'http.response.status_code': response.statusCode,
      });
      span.end();
    });
    next();
  });
}
