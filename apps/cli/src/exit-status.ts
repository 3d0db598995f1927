import { ConfigurationError, EXIT_CONFIGURATION, type Environment } from '@app/runtime';
import { UsersError } from '@app/users';
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
  process.stderr.write(`${fault === null ? messageOf(error as Error) : `${fault.wrong}.\n${fault.fix}`}\n`);
  return EXIT_FAILED;
}

/** What is wrong with a file that was named on the command line, by error code. */
const FILE_FAULTS: NodeJS.Dict<string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  ENOTDIR: 'does not exist',
  EACCES: 'cannot be read by this user',
};

/** The reasons of an invalid address begin with a verb, because each interface names the address in its own words. */
export function messageOf(error: Error): string {
  if (error instanceof UsersError && error.code === 'users.email_invalid')
    return `The address ${error.message}.`;
  const { code = '', path, syscall = '' } = error as NodeJS.ErrnoException;
  const fault = /^(open|read|stat)$/.test(syscall) ? FILE_FAULTS[code] : undefined;
  if (fault === undefined) return error.message;
  return `${path === undefined ? 'The file' : `The file ${path}`} ${fault} (${code}).`;
}
