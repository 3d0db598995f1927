import 'reflect-metadata';
import { CommandFactory } from 'nest-commander';
import { nestLogger, createLogger, start } from '@app/runtime';
import { CliModule } from './cli.module';

/** Exit status for a command that was called the wrong way. Source: the convention of getopt and of bash. */
const EXIT_USAGE = 2;

void start(async (environment) => {
  const failures: Error[] = [];
  const app = await CommandFactory.createWithoutRunning(CliModule.forEnvironment(environment), {
    cliName: 'cli',
    logger: nestLogger(createLogger({ level: 'warn', app: 'cli' })),
    errorHandler: (error) => {
      const { code, exitCode } = error as { code?: string; exitCode?: number };
      if (code?.startsWith('commander.')) process.exitCode = exitCode === 0 ? 0 : EXIT_USAGE;
      else failures.push(error);
    },
    serviceErrorHandler: (error) => {
      failures.push(error);
    },
  });
  await CommandFactory.runApplication(app);
  await app.close();
  for (const failure of failures) process.stderr.write(`${failure.message}\n`);
  if (failures.length > 0) process.exitCode = 1;
});
