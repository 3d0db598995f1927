import 'reflect-metadata';
import cluster from 'node:cluster';
import { hasRedis, Logger, shutDownOnSignal, start, type Environment } from '@app/runtime';
import { createApp } from './app.setup';
import { listenForOperators } from './server/operations-port';
import { lead } from './cluster/lead';
import { joinPrimary } from './cluster/member';

async function serve(environment: Environment): Promise<void> {
  const app = await createApp(environment);
  let announce = (): void => {};
  if (cluster.isWorker) announce = joinPrimary(app, environment);
  else shutDownOnSignal(app, environment.SHUTDOWN_TIMEOUT_SECONDS);
  await listenForOperators(app, environment);
  if (cluster.isWorker) {
    // The primary has the port, and hands over its connections.
    announce();
    return;
  }
  await app.listen(environment.API_PORT, environment.API_HOST);
  const where = `http://${environment.API_HOST}:${environment.API_PORT}`;
  app.get<Logger>(Logger).info({ redis: hasRedis(environment) }, `Listening on ${where}`);
}

void start('api', (environment) =>
  cluster.isPrimary && environment.WEB_CONCURRENCY > 1 ? lead(environment) : serve(environment),
);
