import { setTimeout as pause } from 'node:timers/promises';
import { createRedis, createLogger, parseEnvironment, type Redis } from '@app/runtime';
import { FallbackRateLimiter, InProcessRateLimiter, RedisRateLimiter } from '@app/rate-limit';
import { charge, describeRateLimiterContract } from '@app/rate-limit/testing';
import { TestRedis } from '../../support/redis';
import { until } from '../../support/until';

const logger = createLogger({ level: 'silent', app: 'test' });
const clients: Redis[] = [];

async function connect(server: TestRedis): Promise<Redis> {
  const redis = createRedis(parseEnvironment({ ...server.env }), logger);
  clients.push(redis);
  await until('the client is connected', () => redis.status === 'ready');
  return redis;
}

let server: TestRedis;
beforeAll(async () => {
  server = await TestRedis.start();
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await server.stop();
});

describeRateLimiterContract('Redis', async () => ({
  limiter: new RedisRateLimiter(await connect(server)),
  elapse: (ms) => pause(ms),
}));

describe('RedisRateLimiter', () => {
  it('lets five of two hundred through over two processes', async () => {
    const [one, other] = [
      new RedisRateLimiter(await connect(server)),
      new RedisRateLimiter(await connect(server)),
    ];
    const budget = charge({ max: 5 });
    const verdicts = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? one : other).settle([budget])),
    );
    expect(verdicts.filter(([verdict]) => verdict?.allowed)).toHaveLength(5);
  });

  it('stores no refused request, and nothing that does not expire', async () => {
    const redis = await connect(server);
    const limiter = new RedisRateLimiter(redis);
    const budget = charge({ max: 5 });
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(Array.from({ length: 100 }, () => limiter.settle([budget])));
    }
    expect(await redis.zcard(`{limits}:${budget.key}`)).toBe(5);
    for (const key of await redis.keys('*')) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  it('keeps a client in at most 220 bytes', async () => {
    const redis = await connect(server);
    const limiter = new RedisRateLimiter(redis);
    await redis.flushall();
    const before = await usedMemory(redis);
    const count = 20_000;
    for (let start = 0; start < count; start += 500) {
      await Promise.all(
        Array.from({ length: 500 }, (_, index) =>
          limiter.settle([
            charge({ key: `${'k'.repeat(16)}${String(start + index).padStart(6, '0')}`, max: 5 }),
          ]),
        ),
      );
    }
    expect(await redis.dbsize()).toBe(count);
    expect(((await usedMemory(redis)) - before) / count).toBeLessThanOrEqual(220);
  });

  it('reloads its script after Redis has forgotten it', async () => {
    const redis = await connect(server);
    const limiter = new RedisRateLimiter(redis);
    const budget = charge();
    await limiter.settle([budget]);
    await redis.script('FLUSH');
    expect((await limiter.settle([budget]))[0]?.remaining).toBe(1);
  });
});

const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);

describe('FallbackRateLimiter', () => {
  let own: TestRedis;
  let limiter: FallbackRateLimiter;
  let fallbacks: number;

  beforeEach(async () => {
    own = await TestRedis.start();
    const shared = new RedisRateLimiter(await connect(own));
    fallbacks = 0;
    limiter = new FallbackRateLimiter(shared, new InProcessRateLimiter(), logger);
    limiter.onFallback = () => {
      fallbacks += 1;
    };
  });
  afterEach(async () => {
    limiter.close();
    own.resume();
    await own.stop();
  });

  const outages: [string, (redis: TestRedis) => Promise<void>, (redis: TestRedis) => Promise<void>][] = [
    ['frozen', (redis) => Promise.resolve(redis.pause()), (redis) => Promise.resolve(redis.resume())],
    ['killed', (redis) => redis.stop(), (redis) => redis.restart()],
    [
      'read-only',
      (redis) => configure(redis, 'replicaof', '127.0.0.1', '1'),
      (redis) => configure(redis, 'replicaof', 'no', 'one'),
    ],
    [
      'full',
      (redis) => configure(redis, 'config', 'set', 'maxmemory', '1'),
      (redis) => configure(redis, 'config', 'set', 'maxmemory', '0'),
    ],
  ];

  it.each(outages)(
    'goes on counting while Redis is %s, and counts in Redis again afterwards',
    async (_what, breakIt, mendIt) => {
      const budget = charge({ max: 2 });
      expect((await limiter.settle([budget]))[0]?.allowed).toBe(true);
      await breakIt(own);
      const during = [];
      for (let index = 0; index < 3; index += 1) during.push((await limiter.settle([budget]))[0]?.allowed);
      expect(during).toEqual([true, true, false]);
      expect(fallbacks).toBe(3);
      await mendIt(own);
      await until('it counts in Redis again', () => !limiter.away, 5_000);
      const redis = own.connect();
      const another = charge();
      await limiter.settle([another]);
      expect(await redis.zcard(`{limits}:${another.key}`)).toBe(1);
      redis.disconnect();
    },
  );
});

async function configure(server: TestRedis, ...command: [string, ...string[]]): Promise<void> {
  const redis = server.connect();
  await redis.call(...command);
  redis.disconnect();
}
