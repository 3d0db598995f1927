import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Environment, Lifecycle } from '@app/runtime';
import type { PasswordHasher } from '@app/users';
import { ProblemError } from '../problem/problem-error';
import type { ProblemFilter } from '../problem/problem.filter';
import { DETAIL_OF, EXACT } from '../problem/statuses';
import { currentRequest } from './request-context';

/** Answered to the end: whether the process lives and is ready, and the last scrape of its counts. */
const ANSWERED_TO_THE_END = ['/livez', '/readyz', '/metrics'];

/** Sends clients elsewhere: the answers of a process that is leaving close their connections. */
export function sendElsewhere(lifecycle: Lifecycle, problems: ProblemFilter): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (lifecycle.leaving) response.setHeader('Connection', 'close');
    if (!lifecycle.closed || ANSWERED_TO_THE_END.includes(request.path)) {
      next();
      return;
    }
    const closing = new ProblemError('ServiceUnavailable', DETAIL_OF.ServiceUnavailable, {
      retryAfterSeconds: 1,
    });
    problems.answer(closing, request, response);
  };
}

/** Refuses a request with several Host fields, or with none where HTTP wants one (RFC 9112, 3.2). */
export function refuseUnclearHost(problems: ProblemFilter): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name)).length;
    if (hosts === 1 || (hosts === 0 && request.httpVersion === '1.0')) return next();
    response.setHeader('Connection', 'close');
    problems.answer(new ProblemError('ValidationError', EXACT.oneHost), request, response);
  };
}

const REGISTER = '/api/v1/users/register';
/** They check a password, and need no place in the hashing line where it is remembered. */
const AUTHENTICATED = ['/api/v1/users/activate', '/api/v1/users/activation-codes'];

/**
 * Answers 503 to a request for which the hashing line has no place, before its body is read and a limit is spent: what
 * is turned away must not take the cores that hash (docs/decisions/0012-shedding.md).
 */
export function shedLoad(
  passwords: PasswordHasher,
  problems: ProblemFilter,
  { PASSWORD_MEMORY_SECONDS: memory }: Environment,
): RequestHandler {
  const routes = new Set(memory > 0 ? [REGISTER] : [REGISTER, ...AUTHENTICATED]);
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== 'POST' || !routes.has(request.path)) {
      next();
      return;
    }
    const context = currentRequest();
    const refusal = passwords.refusal(context.clientDigest);
    if (refusal === undefined) {
      next();
      return;
    }
    context.shedAt = request.path;
    problems.answer(refusal, request, response);
  };
}

interface Layer {
  readonly route?: { readonly path: unknown; readonly stack: readonly { readonly method?: string }[] };
}
interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Answers a wrong method on a path that exists with 405 and the methods it takes; Nest would say 404. */
export function refuseOtherMethods(app: NestExpressApplication, problems: ProblemFilter): RequestHandler {
  let paths: KnownPath[] | undefined;
  return (request: Request, response: Response, next: NextFunction): void => {
    // The routes are there once the app is initialised.
    paths ??= knownPaths(app);
    const methods = paths
      .filter(({ pattern }) => pattern.test(request.path))
      .flatMap((each) => [...each.methods]);
    if (methods.length === 0 || methods.includes(request.method)) return next();
    response.setHeader('Allow', [...new Set(methods)].sort().join(', '));
    // A preflight of an origin that CORS_ORIGINS allows has been answered before.
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    problems.answer(new ProblemError('MethodNotAllowed', DETAIL_OF.MethodNotAllowed), request, response);
  };
}

function knownPaths(app: NestExpressApplication): KnownPath[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: readonly Layer[] } };
  const known = new Map<string, KnownPath>();
  for (const { route } of router.stack) {
    if (typeof route?.path !== 'string' || route.path.includes('*')) continue;
    const source = route.path.replace(/\/$/, '').replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+');
    const path = known.get(source) ?? { pattern: new RegExp(`^${source}/?$`, 'i'), methods: new Set() };
    for (const { method } of route.stack) if (method !== undefined) path.methods.add(method.toUpperCase());
    if (path.methods.has('GET')) path.methods.add('HEAD');
    known.set(source, path);
  }
  return [...known.values()];
}
