import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Child } from '../../../tools/processes/child';

/** Time limit of a program, in milliseconds. */
const TIMEOUT_MS = 600_000;

/** Runs one of the programs of this folder, which prints one line of JSON, as a separate process. */
export async function runProgram<T>(name: string, options: object): Promise<T> {
  let answer = '';
  const child = new Child(name, {
    command: process.execPath,
    args: [path.join(__dirname, `${name}.js`), JSON.stringify(options)],
    env: { ...process.env, UV_THREADPOOL_SIZE: String(availableParallelism() + 2) },
    lastSignal: 'KILL',
    onLine: (line) => {
      if (line.startsWith('{')) answer = line;
    },
  });
  const deadline = setTimeout(() => child.kill(), TIMEOUT_MS);
  const status = await child.exit();
  clearTimeout(deadline);
  if (status !== 0 || answer === '') throw new Error(`${name} failed:\n${child.tail.join('\n')}`);
  return JSON.parse(answer) as T;
}

/** The request to this program. */
export const asked = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;

export const answer = (result: object): void => {
  process.stdout.write(`${JSON.stringify(result)}\n`);
};
