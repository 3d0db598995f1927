import 'reflect-metadata';
import { hasRedis, Logger, shutDownOnSignal, start } from '@app/runtime';
import { createApp } from './create-app';
import { listenForOperators } from './operations-port';

void start(async (environment) => {
  const app = await createApp(environment);
  shutDownOnSignal(app, environment.SHUTDOWN_TIMEOUT_SECONDS);
  await listenForOperators(app, environment);
  await app.listen(environment.API_PORT, environment.API_HOST);
  const where = `http://${environment.API_HOST}:${environment.API_PORT}`;
  if (environment.WEB_CONCURRENCY > 1) {
    app.get<Logger>(Logger).warn('WEB_CONCURRENCY is not heeded yet: this is one process; run several of it');
  }
  app.get<Logger>(Logger).info({ redis: hasRedis(environment) }, `Listening on ${where}`);
});
