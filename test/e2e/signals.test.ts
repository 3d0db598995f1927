import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tools/processes/ports';
import { isAlive, processesOf } from '../support/api-processes';
import { spawnApp } from '../support/apps';
import { converseInParts, SCRAPE } from '../support/raw-http';
import { Client, Stores, tally } from '../support/service';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';
const SIGN_UPS = 30;

let stores: Stores;

beforeAll(async () => {
  stores = await Stores.start('redis');
});
afterAll(() => stores.stop());

describe('SIGTERM', () => {
  it.each(['1', '2'])(
    'resets no sign-up that has just begun, with %s process(es), turns readiness to 503 first, and leaves nothing behind',
    async (processes) => {
      const api = await spawnApp('api', { ...stores.env, WEB_CONCURRENCY: processes, BCRYPT_COST: '10' });
      const pids = processesOf(api);
      expect(pids).toHaveLength(processes === '1' ? 0 : 2);
      const client = new Client(api.url);
      const answers = Array.from({ length: SIGN_UPS }, (_, index) =>
        client.register(`term-${processes}-${index}@example.com`, PASSWORD),
      );
      await pause(15);
      const ending = api.stop();
      const unready = (async () => {
        // A probe that arrives before the signal may be answered so late on a busy machine that the next one meets a
        // closed port.
        await until('it shuts down', () => api.lines.some((line) => line.includes('Shutting down')));
        await until('it is not ready', async () => (await client.get('/readyz')).status === 503);
      })();
      const counts = tally(await Promise.all(answers));
      expect((counts[201] ?? 0) + (counts[503] ?? 0)).toBe(SIGN_UPS);
      expect(counts[201]).toBeGreaterThan(0);
      await unready;
      expect(await ending).toBe(0);
      expect(pids.filter(isAlive)).toEqual([]);
    },
    60_000,
  );
});

describe('SIGTERM to an api with an operations port', () => {
  it.each(['1', '2'])(
    'lets a request that has begun there be finished, with %s process(es)',
    async (processes) => {
      const operationsPort = await freePort();
      const api = await spawnApp('api', {
        ...stores.env,
        WEB_CONCURRENCY: processes,
        OPERATIONS_PORT: String(operationsPort),
      });
      let began = (): void => {};
      const inFlight = new Promise<void>((resolve) => (began = resolve));
      const answer = converseInParts(operationsPort, SCRAPE, async () => {
        began();
        await until('nothing else is in flight', () =>
          api.lines.some((line) => line.includes('Finishing requests in flight')),
        );
        // Longer than the rest of a shutdown takes.
        await pause(1_000);
      });
      await inFlight;
      const ending = api.stop();
      const received = await answer;
      expect(received).toMatch(/^HTTP\/1\.1 200 /);
      expect(received).toMatch(/^connection: close\r$/im);
      expect(await ending).toBe(0);
    },
    60_000,
  );
});

describe('SIGHUP', () => {
  it.each(['api', 'mailer-worker'] as const)(
    'shuts a single %s down gracefully, with a log line',
    async (name) => {
      const app = await spawnApp(name, stores.env);
      app.child.signal('SIGHUP');
      expect(await app.child.exit()).toBe(0);
      expect(app.lines.find((line) => line.includes('SIGHUP'))).toContain('single process');
    },
  );
});

/** A file to preload, which makes a process send the signal to itself when it loads its second module. */
function signalWhileLoading(signal: NodeJS.Signals): string {
  return preloaded(`
    const Module = require('node:module');
    const load = Module._load;
    Module._load = function (request, ...rest) {
      if (request === 'reflect-metadata') process.kill(process.pid, '${signal}');
      return load.call(this, request, ...rest);
    };`);
}

function preloaded(code: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'preload-')), 'preload.cjs');
  writeFileSync(file, code);
  return file;
}

describe('A signal that arrives while an app is loading', () => {
  // The first process of a container has no default action for signals: those that it does not catch are lost.
  it.each([
    ['api', '1', 'SIGTERM'],
    ['api', '2', 'SIGINT'],
    ['mailer-worker', '1', 'SIGTERM'],
    ['api', '1', 'SIGHUP'],
    ['mailer-worker', '1', 'SIGHUP'],
  ] as const)('makes it exit by itself: %s with %s process(es), %s', async (name, processes, signal) => {
    const preload = signalWhileLoading(signal);
    const port = String(await freePort());
    const variables = { WEB_CONCURRENCY: processes, NODE_ENV: 'test', API_PORT: port, WORKER_PORT: port };
    const program = path.resolve(`dist/apps/${name}/src/main.js`);
    const child = spawn(process.execPath, ['--require', preload, program], {
      env: { PATH: process.env['PATH'], ...stores.env, ...variables },
      cwd: tmpdir(),
      stdio: 'ignore',
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('leaves several processes running: SIGHUP', async () => {
    const NODE_OPTIONS = `--require ${signalWhileLoading('SIGHUP')}`;
    const api = await spawnApp('api', { ...stores.env, WEB_CONCURRENCY: '2', NODE_OPTIONS });
    expect((await new Client(api.url).get('/livez')).status).toBe(200);
    expect(await api.stop()).toBe(0);
  }, 60_000);
});

describe('A second SIGTERM', () => {
  /** The kernel ignores a SIGKILL that the first process of a container sends to itself. */
  const FIRST_PROCESS = `
    const { kill } = process;
    process.kill = (pid, signal) => (pid === process.pid && signal === 'SIGKILL' ? true : kill.call(process, pid, signal));`;

  it.each([
    ['any process', ''],
    ['the first process of a container', FIRST_PROCESS],
  ])(
    'ends %s immediately, though requests are in flight',
    async (_which, code) => {
      const NODE_OPTIONS = `--require ${preloaded(code)}`;
      const api = await spawnApp('api', { ...stores.env, BCRYPT_COST: '13', NODE_OPTIONS });
      const client = new Client(api.url);
      const answers = Array.from({ length: SIGN_UPS }, (_, index) =>
        client.register(`second-${index}@example.com`, PASSWORD).catch(() => undefined),
      );
      await pause(100);
      api.child.signal('SIGTERM');
      await until('it shuts down', () => api.lines.some((line) => line.includes('Shutting down')));
      api.child.signal('SIGTERM');
      const status = await Promise.race([api.child.exit(), pause(5_000, 'it lives')]);
      expect(status).toBe(1);
      await Promise.all(answers);
    },
    60_000,
  );
});
