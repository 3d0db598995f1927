import { createLogger, hasRedis, type Environment } from '@app/runtime';
import { Primary } from './primary';

/**
 * Runs the api as several processes. SIGHUP replaces them one by one; SIGTERM and SIGINT shut them down gracefully,
 * and a second one kills them.
 */
export async function lead(environment: Environment): Promise<void> {
  const logger = createLogger({ level: environment.LOG_LEVEL, app: 'api' });
  const primary = new Primary(environment, logger);
  let ending = false;
  const end = (signal: NodeJS.Signals): void => {
    if (ending) {
      primary.killAll();
      process.exit(1);
    }
    ending = true;
    logger.info({ signal }, 'Shutting down');
    void primary.stop().then((status) => process.exit(status));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', () => primary.replaceAll());
  if (!hasRedis(environment)) {
    logger.warn('WEB_CONCURRENCY without Redis: limits and metrics are counted per process');
  }
  await primary.start();
  const { API_HOST: host, API_PORT: port, APP_VERSION: version, WEB_CONCURRENCY: processes } = environment;
  logger.info({ version, processes }, `Listening on http://${host}:${port}`);
}
