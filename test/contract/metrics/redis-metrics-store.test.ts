import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RedisMetricsStore } from '@app/metrics/testing';
import { describeMetricsStoreContract, knownDurations, meteredProcess, until } from '@app/metrics/testing';
import { createLogger, parseEnvironment, Unavailable, type Redis } from '@app/runtime';
import { createRedis } from '@app/runtime/testing';
import { TestRedis } from '../../support/redis';

const answered = { method: 'GET', route: '/api/v1/health', status: 200, durationMs: 5 };
const HEALTH = 'GET /api/v1/health';

let directory: string;
let server: TestRedis;
let redis: Redis;
const clients: Redis[] = [];

/** Keeps every write after a kill. */
const persistent = (): string[] => ['--dir', directory, '--appendonly', 'yes', '--appendfsync', 'always'];

/** A client like that of the apps. */
const connect = async (): Promise<Redis> => {
  const client = createRedis(parseEnvironment(server.env), createLogger({ level: 'silent', app: 'test' }));
  clients.push(client);
  await until('the client is connected', async () => client.status === 'ready');
  return client;
};

/** Keys without the prefix, which the client adds. */
const ownKeys = async (): Promise<string[]> =>
  (await redis.keys('*')).map((key) => key.replace(/^user-registration:/, ''));

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'metrics-redis-'));
  server = await TestRedis.start(...persistent());
  redis = await connect();
});

afterAll(async () => {
  for (const client of clients) client.disconnect();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

describeMetricsStoreContract('Redis', async (window) => {
  await redis.flushall();
  return new RedisMetricsStore(redis, window);
});

describe('RedisMetricsStore', () => {
  beforeEach(async () => {
    await until('Redis is back, and empty', async () => (await redis.flushall().catch(() => '')) === 'OK');
  });

  /** With a connection of its own, like every process. */
  const startProcess = async () => {
    const client = await connect();
    return { client, ...meteredProcess(new RedisMetricsStore(client)) };
  };

  it('shows the counts of a process whose connection is lost', async () => {
    const [survivor, killed] = [await startProcess(), await startProcess()];
    killed.recorder.requestFinished(answered);
    await killed.reporter.flush();
    killed.client.disconnect();
    expect((await survivor.reporter.report()).request_counts).toEqual({ [HEALTH]: 1 });
  });

  it('has the same keys after 10,000 random paths and methods as after one', async () => {
    const { recorder, reporter } = await startProcess();
    const record = (): void => {
      const method = randomBytes(3).toString('hex');
      recorder.requestFinished({ method, route: 'unmatched', status: 404, durationMs: 1 });
      recorder.requestFinished({ method: 'GET', route: '/livez', status: 200, durationMs: 1 });
    };
    const sizes = async () => {
      const keys = (await ownKeys()).sort();
      const fields = await Promise.all(keys.map(async (key) => await redis.hlen(key).catch(() => 1)));
      return { keys: keys.filter((key) => !key.includes('durations')), fields: Math.max(...fields) };
    };
    record();
    await reporter.flush();
    const before = await sizes();
    for (let turn = 0; turn < 10_000; turn += 1) {
      record();
      if (turn % 1_000 === 0) await reporter.flush();
    }
    await reporter.flush();
    expect(await sizes()).toEqual(before);
  });

  it('keeps every duration, whichever process counted it and whenever it was stored', async () => {
    const [one, another] = [await startProcess(), await startProcess()];
    const durations = knownDurations(600);
    for (const [place, durationMs] of durations.entries()) {
      const { recorder, reporter } = place % 2 === 0 ? one : another;
      recorder.requestFinished({ ...answered, durationMs });
      if (place % 5 === 0) await reporter.flush();
    }
    await Promise.all([one.reporter.flush(), another.reporter.flush()]);

    // Two buckets if the clock moved to the next one in the meantime.
    const stored: { min: number; max: number; bins: number[] }[] = [];
    for (const key of (await ownKeys()).filter((key) => key.includes('durations'))) {
      const sketch = await redis.hget(key, HEALTH);
      if (sketch !== null) stored.push(JSON.parse(sketch) as (typeof stored)[number]);
    }
    let count = 0;
    for (const { bins } of stored) {
      const keys = bins.filter((_, place) => place % 2 === 0);
      expect(keys).toEqual([...new Set(keys)].sort((one, other) => one - other));
      count += bins.filter((_, place) => place % 2 === 1).reduce((sum, each) => sum + each, 0);
    }
    expect(count).toBe(durations.length);
    expect(Math.min(...stored.map(({ min }) => min))).toBe(Math.min(...durations));
    expect(Math.max(...stored.map(({ max }) => max))).toBe(Math.max(...durations));
  });

  it('needs two writes and a bucket per flush, and fourteen reads per process for a report, whatever the traffic', async () => {
    const { recorder, reporter } = await startProcess();
    const commandsOf = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
      await redis.config('RESETSTAT');
      await work();
      const stats = await redis.info('commandstats');
      const calls = [...stats.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)];
      const ofOurs = calls.map(([, name = '', count]) => [name, Number(count)] as const);
      return Object.fromEntries(ofOurs.filter(([name]) => !name.startsWith('config')));
    };
    for (let turn = 0; turn < 5_000; turn += 1) recorder.requestFinished({ ...answered, durationMs: turn });
    expect(await commandsOf(() => reporter.flush())).toEqual({ hset: 2, set: 1, expire: 1 });
    expect(await commandsOf(() => reporter.report())).toEqual({ hgetall: 2 + 13, ttl: 1 });
  });

  it('lets every key except counts expire, and keeps all of them in one slot of a cluster', async () => {
    const { recorder, reporter } = await startProcess();
    recorder.requestFinished(answered);
    recorder.registered();
    await reporter.flush();
    const keys = await ownKeys();
    expect(keys.every((key) => key.startsWith('{metrics}:'))).toBe(true);
    for (const key of keys) {
      const life = await redis.ttl(key);
      if (key.includes(':durations:')) expect(life).toBeGreaterThanOrEqual(3_600 - 1);
      else if (key.includes(':alive:')) expect(life).toBeGreaterThan(86_000);
      else expect(life).toBe(-1);
    }
  });

  it('neither loses nor repeats counts while Redis is frozen', async () => {
    const { recorder, reporter } = await startProcess();
    server.pause();
    try {
      for (let second = 0; second < 5; second += 1) {
        recorder.requestFinished(answered);
        expect(await reporter.flush()).toBe(false);
      }
      await expect(reporter.report()).rejects.toBeInstanceOf(Unavailable);
    } finally {
      server.resume();
    }
    await until('a flush arrives', () => reporter.flush());
    // The timed-out commands were waiting in the frozen server's socket; it has processed them by now.
    const { request_counts, latencies } = await reporter.report();
    expect(request_counts).toEqual({ [HEALTH]: 5 });
    expect(latencies[HEALTH]?.count).toBe(5);
  });

  it('loses nothing while Redis is killed and restarted', async () => {
    const { client, recorder, reporter } = await startProcess();
    recorder.requestFinished(answered);
    await reporter.flush();
    await server.stop();
    await until('the client has noticed', async () => client.status !== 'ready');
    for (let second = 0; second < 1_000; second += 1) {
      recorder.requestFinished(answered);
      expect(await reporter.flush()).toBe(false);
    }
    await server.restart(...persistent());
    await until('a flush arrives', () => reporter.flush());
    expect((await reporter.report()).request_counts).toEqual({ [HEALTH]: 1_001 });
  });

  it('counts a partly stored write once', async () => {
    const { recorder, reporter } = await startProcess();
    recorder.requestFinished(answered);
    await redis.config('SET', 'maxmemory', '1');
    try {
      expect(await reporter.flush()).toBe(false);
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
    expect((await reporter.report()).request_counts).toEqual({ [HEALTH]: 1 });
  });

  it('stores everything again if Redis has lost it', async () => {
    const { recorder, reporter } = await startProcess();
    recorder.requestFinished(answered);
    await reporter.flush();
    await redis.flushall();
    recorder.requestFinished(answered);
    expect((await reporter.report()).request_counts).toEqual({ [HEALTH]: 2 });
  });

  it('adds the counts of a dead process to the past, once, and forgets its name', async () => {
    const [dead, one, another] = [await startProcess(), await startProcess(), await startProcess()];
    dead.recorder.requestFinished(answered);
    dead.recorder.activationAnswered('activated');
    await dead.reporter.flush();
    await redis.del(`{metrics}:alive:${dead.own.processId}`);
    await Promise.all([one.reporter.report(), another.reporter.report()]);
    expect(await redis.hkeys('{metrics}:totals')).toEqual([]);
    const { request_counts, status_counts, business_metrics } = await one.reporter.report();
    expect(request_counts).toEqual({ [HEALTH]: 1 });
    expect(status_counts).toEqual({ '200': 1 });
    expect(business_metrics.activations).toBe(1);
  });

  it('is unavailable if it finds foreign data', async () => {
    const { recorder, own } = await startProcess();
    const store = new RedisMetricsStore(redis);
    await redis.set('{metrics}:totals', 'of another program');
    await expect(store.read()).rejects.toBeInstanceOf(Unavailable);
    recorder.requestFinished(answered);
    await expect(store.publish(own)).rejects.toBeInstanceOf(Unavailable);
  });
});
