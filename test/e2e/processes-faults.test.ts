import { setTimeout as pause } from 'node:timers/promises';
import { newConnections, processesOf, replaced } from '../support/api-processes';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { Service } from '../support/service';
import { until } from '../support/until';

const PROCESSES = 2;
/** Longest wait for two live processes; `make chaos` holds it to five seconds on a machine that does nothing else. */
const RECOVERY_MS = 30_000;
const SHUTDOWN_SECONDS = 3;
/** A shutdown that takes so long has waited for something that does not come: it is bounded by 15 s of its own. */
const SHUTDOWN_HANGS_MS = 40_000;

let service: Service;

beforeAll(async () => {
  service = await Service.start('redis');
});
afterAll(() => service.stop());

const start = (env: NodeJS.ProcessEnv = {}): Promise<SpawnedApp> =>
  spawnApp('api', {
    ...service.env,
    WEB_CONCURRENCY: String(PROCESSES),
    SHUTDOWN_TIMEOUT_SECONDS: String(SHUTDOWN_SECONDS),
    ...env,
  });

describe('Api processes under new connections', () => {
  it.each<[string, number, (pids: number[]) => number[]]>([
    ['killed one after the other', 2, (pids) => pids.slice(0, 1)],
    ['killed together', 1, (pids) => pids],
  ])(
    'that are %s are replaced, and hardly a request is refused',
    async (_how, times, choose) => {
      const api = await start();
      const load = newConnections(api);
      let victims = 0;
      for (let time = 0; time < times; time += 1) {
        const chosen = choose(processesOf(api));
        victims += chosen.length;
        for (const pid of chosen) process.kill(pid, 'SIGKILL');
        await replaced(api, PROCESSES, chosen, RECOVERY_MS);
      }
      await pause(200);
      const { answered, refused } = await load.stop();
      // A process that dies takes what it was answering with it: a few requests each.
      expect(refused).toBeLessThanOrEqual(0.02 * (answered + refused) + 2 * victims);
      expect(await api.stop()).toBe(0);
    },
    120_000,
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
    'ends all that %s',
    async (_state, bring) => {
      const api = await start();
      const pids = processesOf(api);
      await bring(api, pids);
      const all = [...new Set([...pids, ...processesOf(api)])];
      let hung = false;
      const patience = setTimeout(() => (hung = true), SHUTDOWN_HANGS_MS);
      await api.child.stop(SHUTDOWN_HANGS_MS);
      clearTimeout(patience);
      expect(hung).toBe(false);
      expect(all.filter(alive)).toEqual([]);
    },
    90_000,
  );
});
