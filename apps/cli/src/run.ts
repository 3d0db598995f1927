import { CommandFactory } from 'nest-commander';
import { ConfigurationError, EXIT_CONFIGURATION, loadDotEnv } from '@app/runtime';
import { AppModule } from './app.module';
import { Configuration } from './configuration';
import { exitStatusOf } from './exit-status';
import { Output } from './terminal/output';

/** Runs the command in `process.argv`, and sets `process.exitCode` if it fails. */
export async function runCommand(): Promise<void> {
  Output.watch();
  try {
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
  } catch (error) {
    const isFault = error instanceof ConfigurationError;
    process.stderr.write(`${isFault ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = isFault ? EXIT_CONFIGURATION : 1;
  }
}
