import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Instruments, MetricsRecorder } from '@app/metrics';
import { digestKey } from '@app/rate-limit';
import { SpanKind, underRemote, type Environment, type Logger } from '@app/runtime';
import { currentRequest } from './request-context';

/** Status of a request whose client left before its answer; nginx's number for it. */
const CLIENT_LEFT = 499;

/** Asked every few seconds by whatever runs the service: that all is well is no news. */
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** One line and one measurement a request, when it is answered or its client has left. */
export function recordAccess(
  logger: Logger,
  recorder: MetricsRecorder,
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
      recorder.recordRequest({ method, route, status, durationMs });
      // Many of them come when the cores have no time for them.
      if (context.shedAt !== undefined) {
        logger.info({ route }, 'turned away');
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
 * What a log line calls a client: a keyed digest that is the same all day (UTC), so that a flood has one name, and another
 * one tomorrow; or its address, where `LOG_CLIENT_ADDRESS` says so.
 */
export function clientName(environment: Environment, address: string, now = new Date()): string {
  if (environment.LOG_CLIENT_ADDRESS) return address;
  const day = now.toISOString().slice(0, 10);
  return digestKey(environment.SECRET_KEY, `log ${day}`, address).slice(0, 16);
}

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
