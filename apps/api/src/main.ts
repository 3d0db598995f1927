import { letYoungGenerationGrow } from './lean-start';
import '@app/runtime/signals';
import 'reflect-metadata';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { hasRedis, Logger, shutDownOnSignal, start, type Environment } from '@app/runtime';
import { createApp } from './app.setup';
import { createOperatorsServer } from './server/operations-port';
import { lead } from './cluster/lead';
import { joinPrimary } from './cluster/member';

async function serve(environment: Environment): Promise<void> {
  const app = await createApp(environment);
  const operatorsServer = createOperatorsServer(app, environment);
  if (cluster.isWorker) {
    // The primary owns the ports and hands their connections over.
    joinPrimary(app, environment, operatorsServer);
    return;
  }
  shutDownOnSignal(app, environment.SHUTDOWN_TIMEOUT_SECONDS, operatorsServer);
  if (operatorsServer !== undefined) {
    operatorsServer.listen(environment.OPERATIONS_PORT, environment.OPERATIONS_HOST || environment.API_HOST);
    await once(operatorsServer, 'listening');
  }
  await app.listen(environment.API_PORT, environment.API_HOST);
  const where = `http://${environment.API_HOST}:${environment.API_PORT}`;
  app.get<Logger>(Logger).info({ redis: hasRedis(environment) }, `Listening on ${where}`);
}

void start('api', async (environment) => {
  await (cluster.isPrimary && environment.WEB_CONCURRENCY > 1 ? lead(environment) : serve(environment));
  letYoungGenerationGrow();
});
