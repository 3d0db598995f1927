import { availableParallelism } from 'node:os';
import {
  ConfigurationError,
  EXIT_CONFIGURATION,
  loadDotEnv,
  parseEnvironment,
  type Environment,
} from './config/environment';

/**
 * Reads the configuration and runs the app; a configuration that cannot work ends the process with exit 78 and
 * every fault, anything else that stops the start with exit 1.
 */
export async function start(run: (environment: Environment) => Promise<void>): Promise<void> {
  try {
    loadDotEnv();
    // Hashing takes as many threads of libuv's pool as there are cores; files and look-ups want their own. libuv
    // reads this when the pool is first used, which no line before this one did.
    process.env['UV_THREADPOOL_SIZE'] ??= String(availableParallelism() + 2);
    await run(parseEnvironment());
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigurationError ? error.message : String((error as Error).stack)}\n`,
    );
    process.exit(error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1);
  }
}
