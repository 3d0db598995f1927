import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Its output, if it is JSON. */
  json(): Record<string, unknown>;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly result: Promise<CliResult>;
}

/** Time limit of a command, in milliseconds; a hanging one is killed, and fails its test by its status. */
const TIMEOUT_MS = 60_000;

/** Starts the built command line as a separate process. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): RunningCli {
  const child = spawn(process.execPath, [path.resolve('dist/apps/cli/src/main.js'), ...args], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...env },
    // Outside the checkout, whose .env belongs to the developer.
    cwd: tmpdir(),
    stdio: 'pipe',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin.end(input);
  const result = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
    ([[status], stdout, stderr]) => ({
      status: Number(status ?? -1),
      stdout,
      stderr,
      json: () => JSON.parse(stdout) as Record<string, unknown>,
    }),
  );
  return { process: child, result };
}

/** Runs a command until it exits. */
export const cli = (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input?: string,
): Promise<CliResult> => startCli(args, env, input).result;
