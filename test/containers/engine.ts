import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const OUTPUT_BYTES_MAX = 64 * 1_048_576;

/** The standard output of a program. @throws {Error} with its error output */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env }: { cwd?: string; env?: NodeJS.Dict<string> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim());
      else reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stderr.slice(-2_000)}`));
    });
  });
}

export const docker = (...args: readonly string[]): Promise<string> => run('docker', args);

/** @throws {Error} with what is missing on this machine */
export async function requireEngine(): Promise<void> {
  for (const [args, what] of [
    [['info'], 'a container engine that answers'],
    [['compose', 'version'], 'Docker Compose 2.24 or newer'],
    [['buildx', 'version'], 'Docker Buildx'],
  ] as const) {
    await docker(...args).catch((error: unknown) => {
      throw new Error(`These tests need ${what}: docker ${args.join(' ')} failed. ${String(error)}`);
    });
  }
}

/** Ends process 1 of a container like a crash. After `docker kill`, the engine would not restart the container. */
export async function crash(...containers: readonly string[]): Promise<void> {
  const pids = await docker('inspect', '--format', '{{.State.Pid}}', ...containers);
  const kill = `for (const pid of process.argv.slice(1)) process.kill(Number(pid), 'SIGKILL')`;
  await docker(
    ...['run', '--rm', '--pid=host', '--privileged', '--user=0', 'user-registration:test'],
    ...['-e', kill, ...pids.split('\n')],
  );
}

/** Retries until `fact` does not throw, and resolves to its result; at the deadline, rejects with the last error. */
export async function eventually<T>(fact: () => Promise<T>, withinSeconds: number): Promise<T> {
  const deadline = Date.now() + withinSeconds * 1_000;
  for (;;) {
    try {
      return await fact();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(200);
    }
  }
}
