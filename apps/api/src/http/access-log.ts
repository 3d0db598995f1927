import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Logger } from '@app/runtime';

/** Everything that matches no route counts under this one name: a raw path would let anybody make up names. */
export const UNMATCHED_ROUTE = 'unmatched';

/** Template of the route that answered, such as `/api/v1/users/register`. */
export function routeOf(request: Request): string {
  const route: unknown = (request as { route?: { path?: unknown } }).route?.path;
  return typeof route === 'string' && !route.includes('*') && route !== '/{*path}' ? route : UNMATCHED_ROUTE;
}

/** One line a request, when it is answered or its client has left. */
export function logAccess(logger: Logger): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const started = performance.now();
    response.once('close', () => {
      const fields = {
        method: request.method,
        route: routeOf(request),
        status: response.writableFinished ? response.statusCode : 499,
        duration_ms: Math.round((performance.now() - started) * 10) / 10,
      };
      logger.info(fields, 'request');
    });
    next();
  };
}
