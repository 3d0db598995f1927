import { ConfigurationError, EXIT_CONFIGURATION, type Environment } from '@app/runtime';
import { explainDatabaseError } from './database-error';
import { PROGRAM_NAME } from './root-command';

const EXIT_FAILED = 1;
/** A command that was called the wrong way. Source: the convention of getopt and of bash. */
const EXIT_USAGE = 2;

/** Says on stderr why a command ended, and resolves to the exit status. */
export function exitStatusOf(error: unknown, environment: Environment): number {
  // commander has said it already, with the usage.
  const { code, exitCode } = error as { code?: unknown; exitCode?: number };
  if (typeof code === 'string' && code.startsWith('commander.')) return exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof ConfigurationError) {
    process.stderr.write(
      `${error.message}\nNothing was done. "${PROGRAM_NAME} doctor" checks the rest, too.\n`,
    );
    return EXIT_CONFIGURATION;
  }
  const fault = explainDatabaseError(error, environment);
  const message = fault === null ? (error as Error).message : `${fault.wrong}.\n${fault.fix}`;
  process.stderr.write(`${message}\n`);
  return EXIT_FAILED;
}
