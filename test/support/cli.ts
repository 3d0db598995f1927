import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PRELOAD_CODE_CACHE } from './code-cache';
import type { CliCommand, CliOutcome } from './cli-host';

export interface CliResult extends CliOutcome {
  /** Its output, if it is JSON. */
  json(): Record<string, unknown>;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly result: Promise<CliResult>;
}

/** Time limit of a command, in milliseconds; a hanging one is killed, and fails its test by its status. */
const TIMEOUT_MS = 60_000;

const whole = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  NODE_ENV: 'test',
  ...env,
});
const readable = (outcome: CliOutcome): CliResult => ({
  ...outcome,
  json: () => JSON.parse(outcome.stdout) as Record<string, unknown>,
});

/** Starts the built command line as a separate process. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): RunningCli {
  const program = path.resolve('dist/apps/cli/src/main.js');
  const child = spawn(process.execPath, [...PRELOAD_CODE_CACHE, program, ...args], {
    env: whole(env),
    // Outside the checkout, whose .env belongs to the developer.
    cwd: tmpdir(),
    stdio: 'pipe',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin.end(input);
  const result = Promise.all([once(child, 'close'), textOf(child.stdout), textOf(child.stderr)]).then(
    ([[status], stdout, stderr]) => readable({ status: Number(status ?? -1), stdout, stderr }),
  );
  return { process: child, result };
}

/** Until the end, or until the test destroys the stream, as a reader that has seen enough. */
const textOf = async (stream: Readable): Promise<string> =>
  await text(stream).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return '';
    throw error;
  });

/** Runs a command as a separate process, until it exits. */
export const cliProcess = (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input?: string,
): Promise<CliResult> => startCli(args, env, input).result;

/**
 * Runs the commands of a test file one after another in one process. A process of its own for each costs half a second
 * of processor time, most of it for loading the same libraries.
 */
class CliHost {
  private child: ChildProcess | undefined;
  private last: Promise<unknown> = Promise.resolve();

  run(command: CliCommand): Promise<CliOutcome> {
    const outcome = this.last.then(() => this.send(command));
    this.last = outcome.catch(() => {});
    return outcome;
  }

  stop(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private async send(command: CliCommand): Promise<CliOutcome> {
    this.child ??= fork(path.resolve('dist/test/support/cli-host.js'), {
      env: whole({}),
      cwd: tmpdir(),
      execArgv: PRELOAD_CODE_CACHE,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { child } = this;
    const end = new AbortController();
    const { signal } = end;
    const late = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    try {
      child.send(command);
      return await Promise.race([
        once(child, 'message', { signal }).then(([outcome]) => outcome as CliOutcome),
        once(child, 'exit', { signal }).then(([status, by]) => {
          this.child = undefined;
          throw new Error(`The command line ended with ${String(status ?? by)}: ${command.args.join(' ')}`);
        }),
      ]);
    } finally {
      clearTimeout(late);
      end.abort();
    }
  }
}

const host = new CliHost();
afterAll(() => host.stop());

/** Runs a command until its end, with the same program and output as `cliProcess`, at a quarter of its cost. */
export const cli = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input = '',
  cwd = tmpdir(),
): Promise<CliResult> => readable(await host.run({ args, env: whole(env), input, cwd }));
