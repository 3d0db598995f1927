import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ProblemError } from '../problem/problem-error';
import type { ProblemFilter } from '../problem/problem.filter';
import { DETAIL_OF, EXACT } from '../problem/statuses';

/** Refuses a request with several Host fields, or with none where HTTP wants one (RFC 9112, 3.2). */
export function refuseUnclearHost(problems: ProblemFilter): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name)).length;
    if (hosts === 1 || (hosts === 0 && request.httpVersion === '1.0')) return next();
    response.setHeader('Connection', 'close');
    problems.answer(new ProblemError('ValidationError', EXACT.oneHost), request, response);
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
    if (request.method === 'OPTIONS') return next();
    // The routes are there once the app is initialised.
    paths ??= knownPaths(app);
    const methods = paths
      .filter(({ pattern }) => pattern.test(request.path))
      .flatMap((each) => [...each.methods]);
    if (methods.length === 0 || methods.includes(request.method)) return next();
    response.setHeader('Allow', [...new Set(methods)].sort().join(', '));
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
