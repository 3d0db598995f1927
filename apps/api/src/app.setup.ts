import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Instruments, MetricsRecorder } from '@app/metrics';
import { createLogger, Lifecycle, Logger, nestLogger, type Environment } from '@app/runtime';
import { AppModule } from './app.module';
import { BoundedExpressAdapter } from './server/bounded-server';
import { recordAccess } from './server/access-log';
import { serveDocs } from './docs/openapi';
import { ProblemError } from './problem/problem-error';
import { ProblemFilter } from './problem/problem.filter';
import { DETAIL_OF } from './problem/statuses';
import { openRequestContext } from './server/request-context';
import { securityHeaders } from './server/security-headers';
import { traceRequest } from './server/trace-request';
import { hideFromPublic } from './server/operations-port';

/** Builds the api, ready to listen. */
export async function createApp(environment: Environment): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forEnvironment(environment),
    new BoundedExpressAdapter(environment),
    {
      logger: nestLogger(createLogger({ level: environment.LOG_LEVEL, app: 'api' })),
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.set('trust proxy', trustedProxies(environment));
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(openRequestContext(environment.SECRET_KEY));
  app.use(traceRequest);
  app.use(
    recordAccess(
      app.get<Logger>(Logger),
      app.get<MetricsRecorder>(MetricsRecorder),
      app.get<Instruments>(Instruments),
    ),
  );
  const problems = app.get(ProblemFilter);
  app.use(seeOut(app.get(Lifecycle), problems));
  app.use(securityHeaders());
  if (environment.CORS_ORIGINS.length > 0) {
    app.enableCors({ origin: [...environment.CORS_ORIGINS], exposedHeaders: EXPOSED_HEADERS, maxAge: 600 });
  }
  hideFromPublic(app, environment, problems);
  if (environment.ENABLE_DOCS) serveDocs(app, environment);
  await app.init();
  return app;
}

const EXPOSED_HEADERS = [
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
];

/** Express takes a hop count as a number and proxies as a list; without either it believes the socket alone. */
function trustedProxies({ TRUST_PROXY: entries }: Environment): number | string[] | false {
  if (entries.length === 0) return false;
  const [first] = entries;
  return /^\d+$/.test(first ?? '') ? Number(first) : [...entries];
}

/** Sends clients elsewhere: the answers of a process that is leaving close their connections. */
function seeOut(lifecycle: Lifecycle, problems: ProblemFilter) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (lifecycle.leaving) response.setHeader('Connection', 'close');
    if (!lifecycle.closed || request.path === '/livez' || request.path === '/readyz') {
      next();
      return;
    }
    const closing = new ProblemError('ServiceUnavailable', DETAIL_OF.ServiceUnavailable, {
      retryAfterSeconds: 1,
    });
    problems.answer(closing, request, response);
  };
}
