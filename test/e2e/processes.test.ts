import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpLoad } from '../bench/http-load';
import { signUp } from '../bench/people';
import { Child } from '../../tools/processes/child';
import { isAlive, processesOf } from '../support/api-processes';
import { spawnApp } from '../support/apps';
import { Client, Service } from '../support/service';
import { until } from '../support/until';

const PROCESSES = 2;
const PASSWORD = 'SecurePass123';
/** Two starts and two ends, one after another, under load. */
const RENEWAL_TIMEOUT_MS = 60_000;

async function sumOf(client: Client, name: string): Promise<number> {
  const { body } = await client.get('/metrics');
  const lines = String(body['text'])
    .split('\n')
    .filter((line) => line.startsWith(name) && !line.startsWith('#'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('An api of several processes', () => {
  let service: Service;
  let client: Client;
  let registered = 0;

  const register = async (): Promise<void> => {
    registered += 1;
    const answer = await client.register(`person-${registered}@example.com`, PASSWORD);
    expect(answer.status).toBe(201);
  };
  const renewed = (before: readonly number[]) =>
    until(
      'every process is a new one',
      () => {
        const now = processesOf(service.api);
        return now.length === PROCESSES && !now.some((pid) => before.includes(pid));
      },
      RENEWAL_TIMEOUT_MS,
    );

  beforeAll(async () => {
    service = await Service.startApi('redis', { WEB_CONCURRENCY: String(PROCESSES) });
    client = new Client(service.api.url);
  });
  afterAll(() => service.stop());

  it('runs the configured number of processes', async () => {
    expect(processesOf(service.api)).toHaveLength(PROCESSES);
    const pids = new Set<unknown>();
    await until('both have answered', async () => {
      await client.get('/livez', { Connection: 'close' });
      for (const line of service.api.lines) {
        const { pid, route } = JSON.parse(line) as { pid: number; route?: string };
        if (route === '/livez') pids.add(pid);
      }
      return pids.size === PROCESSES;
    });
  });

  it('replaces a killed process, and keeps its counts', async () => {
    for (let count = 0; count < 6; count += 1) await register();
    expect(await sumOf(client, 'registrations_total')).toBe(registered);
    const [victim = 0, other = 0] = processesOf(service.api);
    process.kill(victim, 'SIGKILL');
    await until('another has taken its place', () => {
      const now = processesOf(service.api);
      return now.length === PROCESSES && !now.includes(victim);
    });
    expect(processesOf(service.api)).toContain(other);
    await register();
    await until('the sum is whole', async () => (await sumOf(client, 'registrations_total')) === registered);
  });

  it('replaces all processes on SIGHUP without resetting a request, and stays ready', async () => {
    const load = new HttpLoad(service.api.url);
    const before = processesOf(service.api);
    const countedBefore = await sumOf(client, 'registrations_total');
    const statuses: number[] = [];
    const probes: number[] = [];
    const stop = new AbortController();
    const people = Array.from({ length: 6 }, async () => {
      while (!stop.signal.aborted) {
        statuses.push((await load.call(signUp())).status);
        await pause(20);
      }
    });
    const prober = (async () => {
      while (!stop.signal.aborted) {
        probes.push((await client.get('/readyz')).status);
        await pause(20);
      }
    })();
    service.api.child.signal('SIGHUP');
    await renewed(before).finally(() => stop.abort());
    await Promise.all([...people, prober]);
    load.close();
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(new Set(probes)).toEqual(new Set([200]));
    registered += statuses.length;
    expect(await sumOf(client, 'registrations_total')).toBe(countedBefore + statuses.length);
  }, 90_000);

  it('returns one sum, whichever process is scraped', async () => {
    const sums = await Promise.all(
      Array.from({ length: 6 }, () => sumOf(new Client(service.api.url), 'registrations_total')),
    );
    expect(new Set(sums)).toEqual(new Set([registered]));
  });

  it('explains why it cannot start, and exits', async () => {
    const child = new Child('api', {
      command: process.execPath,
      args: ['dist/apps/api/src/main.js'],
      env: { ...service.env, NODE_ENV: 'test', WEB_CONCURRENCY: '2', API_PORT: String(service.api.port) },
    });
    expect(await child.exit()).toBe(1);
    const output = child.tail.join('\n');
    expect(output).toContain('EADDRINUSE');
    expect(output).toContain(`API_PORT: port ${service.api.port} is already in use`);
    expect(output).not.toContain('    at ');
  });

  it('replaces a process that has reached its maximum age', async () => {
    const api = await spawnApp('api', {
      ...service.env,
      WEB_CONCURRENCY: '2',
      WEB_PROCESS_MAX_AGE_SECONDS: '1',
    });
    const before = processesOf(api);
    try {
      await until(
        'one is renewed',
        () => api.lines.some((line) => line.includes('"replaced"') && line.includes('"reason":"age"')),
        RENEWAL_TIMEOUT_MS,
      );
      await until('it has gone', () => before.filter(isAlive).length < PROCESSES, RENEWAL_TIMEOUT_MS);
    } finally {
      expect(await api.stop()).toBe(0);
    }
  }, 90_000);

  // The last test, because it ends the api of all of them.
  it('ends immediately with its processes on a second signal', async () => {
    const { api } = service;
    const pids = processesOf(api);
    // An incomplete request delays the shutdown of the first signal.
    const socket = connect(api.port, '127.0.0.1', () => socket.write('GET /livez HTTP/1.1\r\nHost: a'));
    socket.on('error', () => {});
    await until('the end has begun', () => {
      api.child.signal('SIGINT');
      return api.lines.some((line) => line.includes('Shutting down'));
    });
    api.child.signal('SIGINT');
    expect(await api.child.exit()).toBe(1);
    await until('nothing is left', () => !pids.some(isAlive));
    socket.destroy();
  });
});
