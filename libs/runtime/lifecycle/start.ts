import {
  ConfigurationError,
  EXIT_CONFIGURATION,
  loadDotEnv,
  parseEnvironment,
  type Environment,
} from '../config/environment';
import { startThreadPool } from './thread-pool';

/**
 * Reads the configuration and runs the app; a configuration that cannot work ends the process with exit 78 and
 * every fault, anything else that stops the start with exit 1.
 */
export async function start(run: (environment: Environment) => Promise<void>): Promise<void> {
  try {
    loadDotEnv();
    startThreadPool();
    await run(parseEnvironment());
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigurationError ? error.message : String((error as Error).stack)}\n`,
    );
    process.exit(error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1);
  }
}
