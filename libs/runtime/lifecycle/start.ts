import cluster from 'node:cluster';
import { ConfigurationError, EXIT_CONFIGURATION, type Environment } from '../config/environment';
import { loadDotEnv, parseEnvironment } from '../config/parse-environment';
import { createLogger } from '../logging/logger';
import { StartError } from './listen';
import { startThreadPool } from './thread-pool';

/**
 * Reads the configuration and runs the app. An invalid configuration ends the process with exit status 78 and every
 * fault; any other startup error with 1.
 */
export async function start(app: string, run: (environment: Environment) => Promise<void>): Promise<void> {
  try {
    loadDotEnv();
    startThreadPool();
    const warnings: string[] = [];
    const environment = parseEnvironment(undefined, (warning) => warnings.push(warning));
    // The primary of several processes has already logged it for all of them.
    if (cluster.isPrimary) {
      const logger = createLogger({ level: environment.LOG_LEVEL, app });
      for (const warning of warnings) logger.warn({ configuration: warning.split(':', 1)[0] }, warning);
    }
    await run(environment);
  } catch (error) {
    const explained = error instanceof ConfigurationError || error instanceof StartError;
    process.stderr.write(`${explained ? error.message : String((error as Error).stack)}\n`);
    process.exit(error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1);
  }
}
