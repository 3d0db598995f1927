import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Environment, Lifecycle } from '@app/runtime';
import type { PasswordHasher } from '@app/users';
import { ProblemError } from '../problem/problem-error';
import type { ProblemFilter } from '../problem/problem.filter';
import { EXACT } from '../problem/errors';
import { currentRequest, valuesOf } from './request-context';

/** Answered until the end of the shutdown: the probes, and the last scrape of the metrics. */
const ANSWERED_UNTIL_EXIT = ['/livez', '/readyz', '/metrics'];

/** Closes connections with their responses while the process shuts down, so that clients go elsewhere. */
export function closeConnectionsAtShutdown(lifecycle: Lifecycle, problems: ProblemFilter): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (lifecycle.draining) response.setHeader('Connection', 'close');
    if (!lifecycle.closed || ANSWERED_UNTIL_EXIT.includes(request.path)) {
      next();
      return;
    }
    problems.answer(new ProblemError('ServiceUnavailable', { retryAfterSeconds: 1 }), request, response);
  };
}

/**
 * A host and its port (RFC 9110, 7.2). RFC 3986 also allows commas in a name, but a list may be several fields that a
 * proxy has joined.
 */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~%!$&'()*+;=-]*)(?::\d*)?$/i;

/**
 * Refuses a request with several Host headers, with one that is not a host, or without one where HTTP requires it (RFC
 * 9112, 3.2); and one with a transfer coding other than chunked, which Node ignores (RFC 9112, 6.1).
 */
export function refuseAmbiguousHeaders(problems: ProblemFilter): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    const [host, ...others] = valuesOf(request, 'host');
    const optional = request.httpVersion === '1.0';
    const oneHost = others.length === 0 && (host === undefined ? optional : HOST.test(host));
    const coding = request.headers['transfer-encoding'];
    if (oneHost && (coding === undefined || coding.toLowerCase() === 'chunked')) return next();
    response.setHeader('Connection', 'close');
    const problem = oneHost
      ? new ProblemError('UnknownTransferEncoding')
      : new ProblemError('ValidationError', { detail: EXACT.oneHost });
    problems.answer(problem, request, response);
  };
}

const REGISTER = '/api/v1/users/register';
/** These routes check a password, and need no place in the hashing queue if the process remembers it. */
const AUTHENTICATED = ['/api/v1/users/activate', '/api/v1/users/activation-codes'];

/**
 * Answers 503 when the hashing queue is full, before the body is read and a limit is spent: shed requests must not use
 * the processor time that hashing needs (docs/decisions/0012-shedding.md).
 */
export function shedLoad(
  passwords: PasswordHasher,
  problems: ProblemFilter,
  { PASSWORD_MEMORY_SECONDS: memory }: Environment,
): RequestHandler {
  const routes = new Set(memory > 0 ? [REGISTER] : [REGISTER, ...AUTHENTICATED]);
  return (request: Request, response: Response, next: NextFunction): void => {
    const route = request.method === 'POST' ? withoutVariation(request.path) : '';
    if (!routes.has(route)) {
      next();
      return;
    }
    const context = currentRequest();
    const refusal = passwords.refusal(context.clientDigest);
    if (refusal === undefined) {
      next();
      return;
    }
    context.shedAt = route;
    problems.answer(refusal, request, response);
  };
}

/** Express accepts a path in any case and with a slash at its end. */
const withoutVariation = (path: string): string => path.toLowerCase().replace(/\/$/, '');

/** A layer of Express's router. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): unknown;
}
interface Route {
  readonly methods: readonly string[];
  readonly layer: Layer;
}

/** Answers 405 with the allowed methods for a wrong method on an existing path; Nest would answer 404. */
export function refuseOtherMethods(app: NestExpressApplication, problems: ProblemFilter): RequestHandler {
  let routes: readonly Route[] | undefined;
  return (request: Request, response: Response, next: NextFunction): void => {
    // The routes exist once the app is initialized.
    routes ??= routesOf(app);
    const { method, path } = request;
    // Every request passes here, so only the routes with its method are compared first.
    if (routes.some(({ methods, layer }) => methods.includes(method) && layer.match(path))) return next();
    const allowed = routes.filter(({ layer }) => layer.match(path)).flatMap(({ methods }) => methods);
    if (allowed.length === 0) return next();
    response.setHeader('Allow', [...new Set(allowed)].sort().join(', '));
    // Preflights of allowed origins (CORS_ORIGINS) have already been answered at this point.
    if (method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    problems.answer(new ProblemError('MethodNotAllowed'), request, response);
  };
}

function routesOf(app: NestExpressApplication): Route[] {
  const { router } = app.getHttpAdapter().getInstance() as unknown as { router: { stack: readonly Layer[] } };
  return router.stack.flatMap((layer) => {
    if (layer.route === undefined || layer.route.path.includes('*')) return [];
    const methods = Object.keys(layer.route.methods).map((name) => name.toUpperCase());
    // Express serves HEAD with the handler of GET.
    return [{ layer, methods: methods.includes('GET') ? [...methods, 'HEAD'] : methods }];
  });
}
