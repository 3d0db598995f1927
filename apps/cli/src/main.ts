import 'reflect-metadata';
import { runCommand } from './run';

/** Time for the remaining output to reach a pipe. */
const LINGER_MS = 500;

void runCommand().then(() => {
  // Connections to an unavailable server do not keep the process alive.
  setTimeout(() => process.exit(), LINGER_MS).unref();
});
