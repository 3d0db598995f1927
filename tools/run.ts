import { existsSync } from 'node:fs';
import { Stack } from './stack';
import { settingsFrom } from './settings';
import { lastLines, printBanner, printLine, printLog } from './terminal';

/** `make run`: everything that the service needs, on this machine, until Ctrl-C. */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const settings = settingsFrom(process.env);
  const stack = new Stack(settings, printLog);
  const state = { stopping: false };
  const stop = (status: number): void => {
    state.stopping = true;
    stack.stop().then(
      () => process.exit(status),
      (error: unknown) => {
        printLine((error as Error).message);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (state.stopping) return stack.kill();
      printLine('\nStopping… (press Ctrl-C again to stop immediately)');
      stop(0);
    });
  }
  // A closed terminal is no reason to leave processes running.
  process.stdout.on('error', () => {});
  try {
    await stack.start(printLine);
    printBanner(settings);
    const died = await stack.firstDeath();
    if (state.stopping) return;
    throw new Error(`${died.name} ended by itself. ${lastLines(died.tail)}`);
  } catch (error) {
    if (state.stopping) return;
    printLine(`\n${(error as Error).message}`);
    stop(1);
  }
}

main().catch((error: unknown) => {
  printLine((error as Error).message);
  process.exitCode = 1;
});
