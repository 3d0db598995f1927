import { existsSync } from 'node:fs';
import { createLogPrinter, printBanner, printLine } from './terminal';
import { Stack } from './stack';
import { portsFrom } from './settings';

/** `make run`: everything that the service needs, on this machine, until Ctrl-C. */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const ports = portsFrom(process.env);
  const stack = new Stack(ports, createLogPrinter());
  let stopping: Promise<void> | undefined;
  const stop = (status: number): void => {
    if (stopping !== undefined) {
      stack.kill();
      process.exit(1);
    }
    stopping = stack.stop().finally(() => process.exit(status));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      printLine('\nStopping…');
      stop(0);
    });
  }
  try {
    await stack.start((step) => printLine(step));
    printBanner(ports);
    const died = await stack.firstDeath();
    if (stopping === undefined) {
      printLine(`\n${died.name} ended by itself. It said last:\n${died.tail.join('\n')}`);
      stop(1);
    }
  } catch (error) {
    if (stopping !== undefined) return;
    printLine(`\n${(error as Error).message}`);
    stop(1);
  }
}

void main();
