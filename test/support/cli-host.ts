import { createRequire } from 'node:module';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface CliCommand {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly input: string;
  readonly cwd: string;
}

export interface CliOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const BUILD = path.resolve(__dirname, '../..');
const PROGRAM = path.join(BUILD, 'apps/cli/src/run.js');
const load = createRequire(__filename);
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** One command, in a process that looks new to it: arguments, environment, streams, and every module of the program. */
async function run({ args, env, input, cwd }: CliCommand): Promise<CliOutcome> {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  for (const [name, value] of Object.entries(streams)) {
    Object.defineProperty(process, name, { value, configurable: true });
  }
  streams.stdin.end(input);
  process.argv = [process.execPath, PROGRAM, ...args];
  process.env = { ...env };
  process.chdir(cwd);
  process.exitCode = undefined;
  const output = Promise.all([text(streams.stdout), text(streams.stderr)]);
  for (const file of Object.keys(load.cache)) {
    if (file.startsWith(BUILD) && !file.includes('/node_modules/') && file !== __filename)
      Reflect.deleteProperty(load.cache, file);
  }
  await (load(PROGRAM) as { runCommand(): Promise<void> }).runCommand();
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  for (const stream of Object.values(streams)) stream.end();
  const [stdout, stderr] = await output;
  return { status: exitStatus(), stdout, stderr };
}

const exitStatus = (): number => Number(process.exitCode ?? 0);

/** Ends with the process that sends the commands. */
process.on('disconnect', () => process.exit());
process.on('message', (command: CliCommand) => {
  void run(command).then((outcome) => process.send?.(outcome));
});
