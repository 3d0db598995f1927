import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tools/processes/ports';
import { isAlive, newConnections, processesOf, recoveryWithinMs, replaced } from '../support/api-processes';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { converse, converseInParts, SCRAPE } from '../support/raw-http';
import { Stores } from '../support/service';
import { until } from '../support/until';

const PROCESSES = 2;
const SHUTDOWN_SECONDS = 3;
/** Maximum time of a shutdown: the requests in flight, a second for the last ones, ten for pools, and one as margin. */
const SHUTDOWN_MAX_MS = (SHUTDOWN_SECONDS + 12) * 1_000;

let stores: Stores;

beforeAll(async () => {
  stores = await Stores.start('redis');
});
afterAll(() => stores.stop());

const start = (env: NodeJS.ProcessEnv = {}): Promise<SpawnedApp> =>
  spawnApp('api', {
    ...stores.env,
    WEB_CONCURRENCY: String(PROCESSES),
    SHUTDOWN_TIMEOUT_SECONDS: String(SHUTDOWN_SECONDS),
    ...env,
  });

describe('Api processes that were killed', () => {
  let api: SpawnedApp;
  let withinMs: number;
  beforeAll(async () => {
    const launched = performance.now();
    api = await start();
    withinMs = recoveryWithinMs(performance.now() - launched);
  });
  afterAll(async () => {
    expect(await api.stop()).toBe(0);
  });

  it.each<[string, number, (pids: number[]) => number[]]>([
    ['one after another', 2, (pids) => pids.slice(0, 1)],
    ['together', 1, (pids) => pids],
  ])(
    '%s under new connections are replaced, and hardly a request is refused',
    async (_how, times, choose) => {
      const load = newConnections(api);
      let victims = 0;
      for (let time = 0; time < times; time += 1) {
        const chosen = choose(processesOf(api));
        victims += chosen.length;
        for (const pid of chosen) process.kill(pid, 'SIGKILL');
        await replaced(api, PROCESSES, chosen, withinMs);
      }
      await pause(200);
      const { answered, refused } = await load.stop();
      // A dying process loses the few requests that it was answering.
      expect(refused).toBeLessThanOrEqual(0.02 * (answered + refused) + 2 * victims);
    },
    120_000,
  );

  it('are started once their primary has file descriptors again, and the reason is logged', async () => {
    const limitFiles = (count: number): unknown =>
      execFileSync('prlimit', ['--pid', String(api.child.pid), `--nofile=${count}:`]);
    const gone = processesOf(api);
    limitFiles(5);
    for (const pid of gone) process.kill(pid, 'SIGKILL');
    await until('the reason is logged', () => api.lines.some((line) => line.includes('EMFILE')));
    limitFiles(1_000);
    await replaced(api, PROCESSES, gone, withinMs);
  }, 60_000);
});

describe('SIGTERM to several processes', () => {
  it.each<[string, (api: SpawnedApp, pids: number[]) => Promise<void> | void]>([
    [
      'are stopped',
      (_api, pids) => {
        for (const pid of pids) process.kill(pid, 'SIGSTOP');
      },
    ],
    [
      'start',
      async (api, pids) => {
        for (const pid of pids) process.kill(pid, 'SIGKILL');
        await until('others start', () => processesOf(api).some((pid) => !pids.includes(pid)));
      },
    ],
    [
      'have been told to end by their own signal',
      (_api, pids) => pids.forEach((pid) => process.kill(pid, 'SIGTERM')),
    ],
  ])(
    'ends all that %s',
    async (_state, bring) => {
      const api = await start();
      const pids = processesOf(api);
      await bring(api, pids);
      const all = [...new Set([...pids, ...processesOf(api)])];
      const began = performance.now();
      await api.child.stop(2 * SHUTDOWN_MAX_MS);
      expect(performance.now() - began).toBeLessThan(SHUTDOWN_MAX_MS);
      expect(all.filter(isAlive)).toEqual([]);
    },
    90_000,
  );
});

describe('Several processes behind a public and an operations port', () => {
  let api: SpawnedApp;
  let operators: string;

  beforeAll(async () => {
    const port = await freePort();
    operators = `http://127.0.0.1:${port}`;
    api = await start({ OPERATIONS_PORT: String(port), REQUEST_TIMEOUT_SECONDS: '1' });
  });
  afterAll(() => api.end());

  it('serve operators only on their port', async () => {
    // It leaves no connection to a process that is killed later.
    const headers = { Connection: 'close' };
    expect((await fetch(`${operators}/metrics`, { headers })).status).toBe(200);
    expect((await fetch(`${api.url}/metrics`)).status).toBe(404);
  });

  it('answer with a 408 clients that stop in the middle of a body', async () => {
    const head =
      'POST /api/v1/users/register HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n';
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => converse(api.port, [Buffer.from(`${head}{"email": "half@`)])),
    );
    for (const answer of answers) {
      expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
      expect(String(answer)).toContain('"error":"RequestTimeout"');
    }
  });

  it('keep the operations port open when they die, and their successors answer waiting connections', async () => {
    for (const pid of processesOf(api)) process.kill(pid, 'SIGKILL');
    await until('none is left', () => processesOf(api).length === 0);
    expect((await fetch(`${operators}/livez`)).status).toBe(200);
  });

  it('answer every scrape during shutdown, while one of them ends and another finishes a request', async () => {
    const port = await freePort();
    const ending = await start({ OPERATIONS_PORT: String(port), SHUTDOWN_TIMEOUT_SECONDS: '30' });
    const half = connect(ending.port, '127.0.0.1');
    half.write(
      'POST /api/v1/users/register HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\nExpect: 100-continue\r\n\r\n',
    );
    await once(half, 'data');
    const ended = ending.stop();
    const scrapes: Promise<string>[] = [];
    // Without a request on the public port, a process ends 0.6 to 1 s after the signal.
    for (let count = 0; count < 30; count += 1) {
      scrapes.push(converseInParts(port, SCRAPE, () => pause(1_000)));
      await pause(50);
    }
    for (const answer of await Promise.all(scrapes)) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(ending.lines.join('\n')).toContain('Finishing requests in flight');
    const last = `http://127.0.0.1:${port}`;
    const scrape = await fetch(`${last}/metrics`, { headers: { Connection: 'close' } });
    expect(await scrape.text()).toContain('http_request');
    expect((await fetch(`${last}/readyz`)).status).toBe(503);
    half.destroy();
    expect(await ended).toBe(0);
  }, 60_000);
});
