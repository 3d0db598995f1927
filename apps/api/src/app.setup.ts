import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Instruments } from '@app/metrics';
import { networkOf } from '@app/rate-limit';
import { createLogger, Lifecycle, Logger, nestLogger, type Environment } from '@app/runtime';
import { BoundedExpressAdapter, forbidStoring, securityHeaders } from '@app/runtime/server';
import { PasswordHasher } from '@app/users';
import { AppModule } from './app.module';
import { serveDocs } from './docs/openapi';
import { ProblemFilter } from './problem/problem.filter';
import { UnreadableRequests } from './problem/unreadable';
import { openRequestContext } from './server/request-context';
import { recordAccess, traceRequest } from './server/observe-request';
import {
  refuseOtherMethods,
  refuseAmbiguousHeaders,
  closeConnectionsAtShutdown,
  shedLoad,
} from './server/refusals';
import { hideFromPublic } from './server/operations-port';

/** Builds the api, ready to listen. */
export async function createApp(environment: Environment): Promise<NestExpressApplication> {
  const adapter = new BoundedExpressAdapter(environment, {
    answerUnreadable: (fault) => app.get(UnreadableRequests).answer(fault),
    clientOf: (address) => networkOf(address) ?? address,
  });
  const app: NestExpressApplication = await NestFactory.create<NestExpressApplication>(
    AppModule.forEnvironment(environment),
    adapter,
    {
      logger: nestLogger(createLogger({ level: environment.LOG_LEVEL, app: 'api' })),
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.use(openRequestContext(environment.SECRET_KEY));
  app.use(traceRequest);
  app.use(recordAccess(app.get<Logger>(Logger), app.get<Instruments>(Instruments), environment));
  const problems = app.get(ProblemFilter);
  app.use(securityHeaders(environment));
  app.use('/api/v1/users', forbidStoring);
  // First, so that pages can read what the next ones refuse.
  if (environment.CORS_ORIGINS.length > 0) {
    app.enableCors({
      origin: [...environment.CORS_ORIGINS],
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      allowedHeaders: ['Accept-Language', 'Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
    });
  }
  app.use(closeConnectionsAtShutdown(app.get(Lifecycle), problems));
  app.use(refuseAmbiguousHeaders(problems));
  hideFromPublic(app, environment, problems);
  app.use(shedLoad(app.get<PasswordHasher>(PasswordHasher), problems, environment));
  app.use(refuseOtherMethods(app, problems));
  if (environment.ENABLE_DOCS) serveDocs(app, environment);
  await app.init();
  return app;
}

const EXPOSED_HEADERS = [
  'Idempotency-Replayed',
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
];
