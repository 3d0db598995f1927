import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createLogger, hasRedis, Logger, nestLogger, shutDownOnSignal, start } from '@app/runtime';
import { AppModule } from './app.module';
import { serveQueuePage } from './queue-page';

void start('mailer-worker', async (environment) => {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forEnvironment(environment), {
    logger: nestLogger(createLogger({ level: environment.LOG_LEVEL, app: 'mailer-worker' })),
    bodyParser: false,
    abortOnError: false,
  });
  serveQueuePage(app, environment);
  shutDownOnSignal(app, environment.SHUTDOWN_TIMEOUT_SECONDS);
  await app.listen(environment.WORKER_PORT, environment.API_HOST);
  const where = `http://${environment.API_HOST}:${environment.WORKER_PORT}`;
  app.get<Logger>(Logger).info({ redis: hasRedis(environment) }, `Probes on ${where}`);
});
