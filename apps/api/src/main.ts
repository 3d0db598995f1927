import { letYoungGenerationGrow } from './lean-start';
import '@app/runtime/signals';
import 'reflect-metadata';
import cluster from 'node:cluster';
import { hasRedis, listen, Logger, shutDownOnSignal, start, type Environment } from '@app/runtime';
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
    await listen(operatorsServer, environment, 'operations');
  }
  await listen(app.getHttpServer(), environment, 'api');
  const { API_HOST: host, API_PORT: port, APP_VERSION: version } = environment;
  app
    .get<Logger>(Logger)
    .info({ version, redis: hasRedis(environment) }, `Listening on http://${host}:${port}`);
}

void start('api', async (environment) => {
  await (cluster.isPrimary && environment.WEB_CONCURRENCY > 1 ? lead(environment) : serve(environment));
  letYoungGenerationGrow();
});
