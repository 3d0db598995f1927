import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { Client, Service } from '../support/service';
import { until } from '../support/until';

const PROCESSES = 2;
/** New connections a second. */
const RATE = 60;
/** Longest wait for two live processes; five seconds on a machine that does nothing else. */
const RECOVERY_MS = 20_000;
const SHUTDOWN_SECONDS = 3;

let service: Service;

beforeAll(async () => {
  service = await Service.start('redis');
});
afterAll(() => service.stop());

/** The api processes, by their ids. */
function processesOf({ child }: SpawnedApp): number[] {
  if (!child.running) throw new Error(`The primary has ended:\n${child.tail.join('\n')}`);
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

interface Counts {
  answered: number;
  refused: number;
}

/** Opens a connection for each request, at an even pace, until it is stopped. */
function newConnections({ port }: SpawnedApp): { readonly stop: () => Promise<Counts> } {
  const counts: Counts = { answered: 0, refused: 0 };
  const pending = new Set<Promise<void>>();
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      const sent = request({ port, path: '/livez', agent: false }, (response) => {
        response.resume();
        response.on('end', () => resolve(void (counts.answered += 1)));
        response.on('error', () => resolve(void (counts.refused += 1)));
      });
      sent.on('error', () => resolve(void (counts.refused += 1)));
      sent.end();
    });
  const timer = setInterval(() => {
    const asked = ask().finally(() => pending.delete(asked));
    pending.add(asked);
  }, 1_000 / RATE);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      return counts;
    },
  };
}

const start = (env: NodeJS.ProcessEnv = {}): Promise<SpawnedApp> =>
  spawnApp('api', {
    ...service.env,
    WEB_CONCURRENCY: String(PROCESSES),
    SHUTDOWN_TIMEOUT_SECONDS: String(SHUTDOWN_SECONDS),
    ...env,
  });

const replaced = (api: SpawnedApp, gone: readonly number[]): Promise<unknown> =>
  until(
    `${PROCESSES} processes live and none of them is one of ${gone.join()}`,
    async () => {
      const now = processesOf(api);
      const whole = now.length === PROCESSES && !now.some((pid) => gone.includes(pid));
      return whole && (await new Client(api.url).get('/livez')).status === 200;
    },
    RECOVERY_MS,
  );

describe('Api processes under new connections', () => {
  it.each<[string, number, (pids: number[]) => number[], NodeJS.Signals]>([
    ['killed one after the other, ten times', 10, (pids) => pids.slice(0, 1), 'SIGKILL'],
    ['stopped together, five times', 5, (pids) => pids, 'SIGSTOP'],
    ['killed together', 1, (pids) => pids, 'SIGKILL'],
  ])(
    'that are %s are replaced, and hardly a request is refused',
    async (_how, times, choose, signal) => {
      const api = await start();
      const load = newConnections(api);
      let victims = 0;
      for (let time = 0; time < times; time += 1) {
        const chosen = choose(processesOf(api));
        victims += chosen.length;
        for (const pid of chosen) process.kill(pid, signal);
        await replaced(api, chosen);
        await pause(500);
      }
      const { answered, refused } = await load.stop();
      // A process that dies takes what it was answering with it: a few requests each.
      expect(refused).toBeLessThanOrEqual(0.02 * (answered + refused) + 2 * victims);
      expect(await api.stop()).toBe(0);
    },
    240_000,
  );
});

describe('SIGTERM to several processes', () => {
  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

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
      'have been told to end by a signal of their own',
      (_api, pids) => pids.forEach((pid) => process.kill(pid, 'SIGTERM')),
    ],
  ])(
    'ends all that %s in time',
    async (_state, bring) => {
      const api = await start();
      const pids = processesOf(api);
      await bring(api, pids);
      const signalled = performance.now();
      const all = [...new Set([...pids, ...processesOf(api)])];
      await api.child.stop((SHUTDOWN_SECONDS + 12) * 1_000 + 10_000);
      expect(performance.now() - signalled).toBeLessThan((SHUTDOWN_SECONDS + 12) * 1_000);
      expect(all.filter(alive)).toEqual([]);
    },
    60_000,
  );
});
