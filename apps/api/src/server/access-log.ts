import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { UNMATCHED_ROUTE, type Instruments, type MetricsRecorder } from '@app/metrics';
import type { Logger } from '@app/runtime';

/** Template of the route that answered, such as `/api/v1/users/register`: a raw path would let anybody make up names. */
export function routeOf(request: Request): string {
  const route: unknown = (request as { route?: { path?: unknown } }).route?.path;
  return typeof route === 'string' && !route.includes('*') ? route : UNMATCHED_ROUTE;
}

/** Status of a request whose client left before its answer; nginx's number for it. */
const CLIENT_LEFT = 499;

/** One line and one measurement a request, when it is answered or its client has left. */
export function recordAccess(
  logger: Logger,
  recorder: MetricsRecorder,
  instruments: Instruments,
): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const started = performance.now();
    const finished = instruments.requestStarted();
    response.once('close', () => {
      finished();
      const { method } = request;
      const route = routeOf(request);
      const status = response.writableFinished ? response.statusCode : CLIENT_LEFT;
      const durationMs = performance.now() - started;
      recorder.recordRequest({ method, route, status, durationMs });
      logger.info({ method, route, status, duration_ms: Math.round(durationMs * 10) / 10 }, 'request');
    });
    next();
  };
}
