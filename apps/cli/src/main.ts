import 'reflect-metadata';
import { CommandFactory } from 'nest-commander';
import { loadDotEnv } from '@app/runtime';
import { AppModule } from './app.module';
import { Configuration } from './configuration';
import { exitStatusOf } from './exit-status';
import { Output } from './terminal/output';

/** Time for the remaining output to reach a pipe. */
const LINGER_MS = 500;

async function main(): Promise<void> {
  Output.watch();
  loadDotEnv();
  const configuration = Configuration.read();
  const app = await CommandFactory.createWithoutRunning(AppModule.forConfiguration(configuration), {
    logger: false,
    abortOnError: false,
    version: configuration.environment.APP_VERSION,
    serviceErrorHandler: (error) => {
      process.exitCode = exitStatusOf(error, configuration.environment);
    },
  });
  await CommandFactory.runApplication(app);
  await app.close();
  // Connections to an unavailable server do not keep the process alive.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

main().catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`);
  process.exitCode = 1;
});
