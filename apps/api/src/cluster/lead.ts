import { createLogger, hasRedis, type Environment } from '@app/runtime';
import { Primary } from './primary';

/**
 * Runs the api as several processes: SIGHUP renews them one by one, SIGTERM and SIGINT end them in order, a second one
 * ends them immediately.
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
    logger.warn('WEB_CONCURRENCY without Redis: each process counts limits and metrics for itself');
  }
  await primary.start();
  const where = `http://${environment.API_HOST}:${environment.API_PORT}`;
  logger.info({ processes: environment.WEB_CONCURRENCY }, `Listening on ${where}`);
}
