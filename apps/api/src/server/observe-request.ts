import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Instruments } from '@app/metrics';
import { digestKey } from '@app/rate-limit';
import { SpanKind, underRemote, type Environment, type Logger } from '@app/runtime';
import { currentRequest } from './request-context';

/** Status of a request whose client disconnected before the response; nginx uses the same number. */
const CLIENT_LEFT = 499;

/** Paths that are polled every few seconds: their successes are not logged. */
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** Writes one log line and one measurement per request, when it is answered or its client disconnects. */
export function recordAccess(
  logger: Logger,
  instruments: Instruments,
  environment: Environment,
): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const context = currentRequest();
    const finished = instruments.requestStarted();
    response.once('close', () => {
      finished();
      const { method } = request;
      const { route } = context;
      const status = response.writableFinished ? response.statusCode : CLIENT_LEFT;
      const durationMs = performance.now() - context.startedAt;
      instruments.requestFinished({ method, route, status, durationMs });
      // Not a warning: many of these occur when the processor is overloaded.
      if (context.shedAt !== undefined) {
        logger.info({ route }, 'shed');
        return;
      }
      const refused =
        status >= 400 ? { ...context.refusal, client: clientName(environment, context.client) } : {};
      const level = PROBES.has(route) && status === 200 ? 'debug' : 'info';
      const duration_ms = Math.round(durationMs * 10) / 10;
      logger[level]({ method, route, status, duration_ms, ...refused }, 'request');
    });
    next();
  };
}

/**
 * How a log line identifies a client: by a keyed digest that stays the same for a day (UTC), so that a flood has one
 * name that changes the next day; or by its address if `LOG_CLIENT_ADDRESS` is on.
 */
export function clientName(environment: Environment, address: string, now = new Date()): string {
  if (environment.LOG_CLIENT_ADDRESS) return address;
  const day = now.toISOString().slice(0, 10);
  return digestKey(environment.SECRET_KEY, `log ${day}`, address).slice(0, 16);
}

/** Starts the request's span, as a child of the caller's trace if the request has a `traceparent`. */
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
