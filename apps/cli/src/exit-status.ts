import { ConfigurationError, EXIT_CONFIGURATION, type Environment } from '@app/runtime';
import { explainDatabaseError } from './database-error';
import { PROGRAM_NAME } from './root-command';

const EXIT_FAILED = 1;
/** Wrong usage. Source: the convention of getopt and bash. */
const EXIT_USAGE = 2;

/** Prints the reason of a failure to stderr, and resolves to the exit status. */
export function exitStatusOf(error: unknown, environment: Environment): number {
  // commander has already printed the message and the usage.
  const { code, exitCode } = error as { code?: unknown; exitCode?: number };
  if (typeof code === 'string' && code.startsWith('commander.')) return exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof ConfigurationError) {
    process.stderr.write(
      `${error.message}\nNothing was changed. Run "${PROGRAM_NAME} doctor" to check everything else.\n`,
    );
    return EXIT_CONFIGURATION;
  }
  const fault = explainDatabaseError(error, environment);
  const message = fault === null ? (error as Error).message : `${fault.wrong}.\n${fault.fix}`;
  process.stderr.write(`${message}\n`);
  return EXIT_FAILED;
}
