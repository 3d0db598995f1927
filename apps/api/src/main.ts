import 'reflect-metadata';
import { Logger, shutDownOnSignal, start } from '@app/runtime';
import { createApp } from './create-app';

void start(async (environment) => {
  const app = await createApp(environment);
  shutDownOnSignal(app, environment.SHUTDOWN_TIMEOUT_SECONDS);
  await app.listen(environment.API_PORT, environment.API_HOST);
  const where = `http://${environment.API_HOST}:${environment.API_PORT}`;
  app.get<Logger>(Logger).info({ redis: environment.REDIS_HOST !== '' }, `Listening on ${where}`);
});
