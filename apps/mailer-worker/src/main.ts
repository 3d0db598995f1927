import '@app/runtime/signals';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createLogger, hasRedis, listen, Logger, nestLogger, shutDownOnSignal, start } from '@app/runtime';
import { BoundedExpressAdapter, securityHeaders } from '@app/runtime/server';
import { AppModule } from './app.module';

void start('mailer-worker', async (environment) => {
  const adapter = new BoundedExpressAdapter(environment, { answerUnreadable });
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forEnvironment(environment),
    adapter,
    {
      logger: nestLogger(createLogger({ level: environment.LOG_LEVEL, app: 'mailer-worker' })),
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.use(securityHeaders(environment));
  shutDownOnSignal(app, environment.SHUTDOWN_TIMEOUT_SECONDS);
  await app.init();
  await listen(app.getHttpServer(), environment, 'worker');
  const { API_HOST: host, WORKER_PORT: port, APP_VERSION: version } = environment;
  app.get<Logger>(Logger).info({ version, redis: hasRedis(environment) }, `Probes on http://${host}:${port}`);
});

/** Only operators use this port, so requests that are not HTTP need no explanation. */
function answerUnreadable(): string {
  return 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
}
