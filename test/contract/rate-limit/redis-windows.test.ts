import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import type { Charge, Verdict } from '@app/rate-limit';
import {
  charge,
  describeSlidingWindowsContract,
  RedisWindows,
  Scenario,
  steps,
} from '@app/rate-limit/testing';
import { TestRedis } from '../../support/redis';

let server: TestRedis;
const clients: Redis[] = [];
/** A client without deadlines: these tests check counts, not times, on a busy machine. */
const connect = (): Redis => {
  const client = server.connect();
  clients.push(client);
  return client;
};
const keyOf = ({ key }: Charge): string => `{limits}:${key}`;
const allowed = (verdicts: Verdict[][]): number => verdicts.filter(([verdict]) => verdict?.allowed).length;

beforeAll(async () => {
  server = await TestRedis.start();
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await server.stop();
});

describeSlidingWindowsContract('Redis', () =>
  Promise.resolve({
    limiter: new RedisWindows(connect()),
    elapse: (ms) => pause(ms),
  }),
);

describe('RedisWindows', () => {
  let redis: Redis;
  let limiter: RedisWindows;

  beforeEach(async () => {
    redis = connect();
    await redis.flushall();
    limiter = new RedisWindows(redis);
  });

  it('allows five of two hundred requests over two processes', async () => {
    const other = new RedisWindows(connect());
    const budget = charge({ max: 5 });
    const verdicts = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? limiter : other).settle([budget])),
    );
    expect(allowed(verdicts)).toBe(5);
  });

  it('agrees with a naive count of the windows for random requests', async () => {
    const microsNow = async (): Promise<number> => {
      const [seconds, micros] = await redis.time();
      return Number(seconds) * 1_000_000 + Number(micros);
    };
    await fc.assert(
      fc.asyncProperty(steps(25, 30), async (history) => {
        const scenario = new Scenario(40);
        const { naive } = scenario;
        for (const step of history) {
          await pause(step.gapMs);
          const charges = scenario.charges(step);
          // One connection: the script runs after the first command and before the second.
          const [before, verdicts, after] = await Promise.all([
            microsNow(),
            limiter.settle(charges),
            microsNow(),
          ]);
          const stamps = verdicts.flatMap(({ spendId }) => (spendId === null ? [] : [Number(spendId)]));
          const passed = stamps.length > 0;
          if (passed) {
            // If a request was counted, its time is known to the microsecond.
            const moment = Math.min(...stamps);
            expect(moment).toBeGreaterThanOrEqual(before);
            expect(moment).toBeLessThanOrEqual(after);
            expect(naive.passes(charges, moment)).toBe(true);
          } else if (charges.some(({ refunds }) => refunds === undefined)) {
            // Budgets only grow while nothing is counted, so requests refused in between were refused at the start.
            expect(naive.passes(charges, before)).toBe(false);
          }
          charges.forEach((one, index) => {
            const verdict = verdicts[index] as Verdict;
            expect(verdict.spendId !== null).toBe(passed && one.refunds === undefined);
            if (verdict.spendId !== null) naive.spend(one, verdict.spendId);
            expect(one.max - verdict.remaining).toBeLessThanOrEqual(naive.counted(one, before));
            expect(one.max - verdict.remaining).toBeGreaterThanOrEqual(naive.counted(one, after));
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  it('stores no refused request, and nothing without an expiry', async () => {
    const budget = charge({ max: 5 });
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(Array.from({ length: 100 }, () => limiter.settle([budget])));
    }
    expect(await redis.zcard(keyOf(budget))).toBe(5);
    for (const key of await redis.keys('*')) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  it('never lets a set grow beyond its limit while its window slides', async () => {
    const budget = charge({ max: 3, windowMs: 20 });
    const passed: number[] = [];
    while (passed.length < 30) {
      const [verdict] = await limiter.settle([budget]);
      if (verdict?.spendId) passed.push(Number(verdict.spendId));
      expect(await redis.zcard(keyOf(budget))).toBeLessThanOrEqual(3);
    }
    for (const [index, stamp] of passed.slice(3).entries()) {
      expect(stamp - (passed[index] ?? 0)).toBeGreaterThanOrEqual(20_000);
    }
  });

  it('stores nothing after the window has passed, and nothing after a refund', async () => {
    const budget = charge({ windowMs: 50 });
    const [verdict] = await limiter.settle([budget]);
    expect(await redis.pttl(keyOf(budget))).toBeLessThanOrEqual(50);
    await limiter.settle([{ ...budget, refunds: verdict?.spendId ?? 'none' }]);
    expect(await redis.exists(keyOf(budget))).toBe(0);
  });

  it('uses at most 220 bytes per client', async () => {
    const usedMemory = async (): Promise<number> =>
      Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    const before = await usedMemory();
    // Redis's hash tables double when they are full. This number fills one like a million would: to nine tenths.
    const count = 60_000;
    for (let start = 0; start < count; start += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          limiter.settle([charge({ key: `${'k'.repeat(16)}${String(start + index).padStart(6, '0')}` })]),
        ),
      );
    }
    expect(await redis.dbsize()).toBe(count);
    expect(((await usedMemory()) - before) / count).toBeLessThanOrEqual(220);
  });

  it('allows as many as ever after the clock of Redis was set back', async () => {
    const budget = charge({ max: 3 });
    const anHourAhead = (Date.now() + 3_600_000) * 1_000;
    for (let index = 0; index < 3; index += 1) {
      await redis.zadd(keyOf(budget), anHourAhead + index, String(anHourAhead + index));
    }
    const verdicts = [];
    for (let index = 0; index < 4; index += 1) verdicts.push(await limiter.settle([budget]));
    expect(verdicts.map(([verdict]) => verdict?.allowed)).toEqual([true, true, true, false]);
  });

  it('reloads its script when Redis has lost it', async () => {
    const budget = charge();
    await limiter.settle([budget]);
    await redis.script('FLUSH');
    expect((await limiter.settle([budget]))[0]?.remaining).toBe(1);
  });

  it('starts again when Redis was wiped', async () => {
    const budget = charge({ max: 1 });
    await limiter.settle([budget]);
    await redis.flushall();
    expect((await limiter.settle([budget]))[0]).toMatchObject({ allowed: true, remaining: 0 });
  });
});
