import { tmpdir } from 'node:os';
import path from 'node:path';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { until } from './until';

export interface SpawnedApp {
  readonly url: string;
  readonly port: number;
  /** Every line that it has printed. */
  readonly lines: string[];
  readonly child: Child;
  /** Shuts it down; resolves to its exit status. @throws {Error} if it has logged a secret */
  stop(): Promise<number>;
  /** Kills it, which takes a second less. @throws {Error} if it has logged a secret */
  end(): Promise<void>;
}

const PORT_VARIABLE = { api: 'API_PORT', 'mailer-worker': 'WORKER_PORT' };
/** The passwords of the tests, Basic credentials, and any unmasked address, of any test. */
const SECRET = /SecurePass123|WrongPass123|StrangersPass1|Basic [\w+/=]{8}|[\w+-]@[\w-]+\.\w/;
const START_TIMEOUT_MS = 30_000;
/** A start takes a second, in which the requests of a shorter interval would cost a tenth of it. */
const START_POLL_MS = 100;
/** The tests also pass without a memory of passwords: `PASSWORD_MEMORY_SECONDS=0 npx jest --selectProjects e2e`. */
const memory = (): NodeJS.ProcessEnv => {
  const seconds = process.env['PASSWORD_MEMORY_SECONDS'];
  return seconds === undefined ? {} : { PASSWORD_MEMORY_SECONDS: seconds };
};
/** The variable with the options of Node for the apps of most end-to-end tests, set by test/support/e2e-setup.ts. */
export const APP_FLAGS = 'APP_FLAGS';
/**
 * For a test file that measures times or memory: its apps run as the start commands run them, without the options of
 * most tests. @param options those that they need nevertheless
 */
export function startAppsAsShipped(...options: readonly string[]): void {
  process.env[APP_FLAGS] = JSON.stringify(options);
}
/** A little more than the apps grant requests in flight. */
const STOP_TIMEOUT_MS = 35_000;

/**
 * Runs the built app as a separate process, and resolves once it is ready.
 * @param sign the path of its probe; `/livez` if something that it needs is unavailable
 * @param checkout whose build runs
 */
export async function spawnApp(
  name: keyof typeof PORT_VARIABLE,
  env: NodeJS.ProcessEnv,
  sign = '/readyz',
  checkout = '.',
): Promise<SpawnedApp> {
  const port = await freePort();
  const lines: string[] = [];
  const child = new Child(name, {
    command: process.execPath,
    args: [
      ...(JSON.parse(process.env[APP_FLAGS] ?? '[]') as string[]),
      path.resolve(checkout, `dist/apps/${name}/src/main.js`),
    ],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      ...memory(),
      ...env,
      [PORT_VARIABLE[name]]: String(port),
    },
    // Outside the checkout, whose .env belongs to the developer.
    cwd: tmpdir(),
    lastSignal: 'KILL',
    onLine: (line) => lines.push(line),
  });
  const url = `http://127.0.0.1:${port}`;
  await until(
    `${name} is ready`,
    async () => {
      if (!child.running) throw new Error(`${name} ended:\n${child.tail.join('\n')}`);
      const ready = await fetch(`${url}${sign}`).then(
        (response) => response.ok,
        () => false,
      );
      // Another program may have answered on a port that the app did not get.
      return ready && child.running;
    },
    START_TIMEOUT_MS,
    START_POLL_MS,
  ).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  const checkLog = (): void => {
    const leaks = lines.filter((line) => SECRET.test(line));
    if (leaks.length > 0) throw new Error(`${name} has logged secrets:\n${leaks.join('\n')}`);
  };
  return {
    url,
    port,
    lines,
    child,
    stop: async () => {
      const status = await child.stop(STOP_TIMEOUT_MS);
      checkLog();
      return status;
    },
    end: async () => {
      child.kill();
      await child.exit();
      checkLog();
    },
  };
}
