import { randomUUID } from 'node:crypto';
import { digestKey, slidingWindowStorage, type Charge } from '@app/rate-limit';
import { createLogger } from '@app/runtime';
import { percentile, type Figure } from '../figures';
import { peerThrottlerStorage } from '../peers';
import type { Stage } from '../stage';

const HOUR_MS = 3_600_000;
const SECRET = 'bench';

/**
 * The charges of a registration, in the order of the guard: the client at the route, the route, the client's
 * registrations.
 */
const charges = (client: string): Charge[] => [
  {
    limit: 'client',
    key: digestKey(SECRET, 'client', client),
    max: 100,
    windowMs: 60_000,
  },
  { limit: 'global', key: digestKey(SECRET, 'global'), max: 10_000_000, windowMs: 60_000 },
  {
    limit: 'registration',
    key: digestKey(SECRET, 'registration', client),
    max: 5,
    windowMs: HOUR_MS,
  },
];

/** All limits of a registration in one script, compared with PING on the same connection, one call each in turn. */
export async function limiter(stage: Stage): Promise<Figure[]> {
  const redis = stage.redis.connect();
  const rounds: number[] = [];
  const peers: number[] = [];
  try {
    const storage = await peerThrottlerStorage(redis);
    const limits = slidingWindowStorage(redis, createLogger({ level: 'silent', app: 'bench' }));
    for (let round = -1; round < stage.rounds; round += 1) {
      const scripts: number[] = [];
      const pings: number[] = [];
      const others: number[] = [];
      for (let call = 0; call < stage.size(1_000, 5_000); call += 1) {
        const mine = charges(randomUUID());
        scripts.push(await timed(() => limits.settle(mine)));
        pings.push(await timed(() => redis.ping()));
        others.push(
          await timed(async () => {
            // The throttler's own guard checks one limit after another.
            for (const { key, windowMs, max, limit } of mine) {
              await storage.increment(key, windowMs, max, windowMs, limit);
            }
          }),
        );
      }
      // The first round warms up.
      if (round < 0) continue;
      rounds.push(percentile(scripts, 50) / percentile(pings, 50));
      peers.push(percentile(others, 50) / percentile(pings, 50));
    }
  } finally {
    redis.disconnect();
  }
  return [
    {
      table: 'speed',
      job: 'limiter',
      figure: 'p50 of the script ÷ PING, all limits that apply together',
      unit: '',
      target: { atMost: 1.5 },
      rounds,
    },
    {
      table: 'speed',
      job: 'limiter, @nest-lab/throttler-storage-redis',
      figure: 'the same limits ÷ PING',
      unit: '',
      target: null,
      rounds: peers,
      note: 'fixed windows, and one round trip per limit',
    },
  ];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** How much Redis stores for each client that ever registered, and that everything expires. */
export async function clientAddresses(stage: Stage): Promise<Figure[]> {
  // Both fill Redis's hash tables to nine tenths, so that their memory per key is comparable.
  const count = stage.size(60_000, 1_000_000);
  const redis = stage.redis.connect();
  try {
    await redis.flushall();
    const limits = slidingWindowStorage(redis, createLogger({ level: 'silent', app: 'bench' }));
    const before = await usedMemory(() => redis.info('memory'));
    for (let done = 0; done < count; done += 100) {
      // Only the key that lives for an hour: the route's own key would grow with the clients, and the third lives for
      // a minute.
      await Promise.all(Array.from({ length: 100 }, () => limits.settle(charges(randomUUID()).slice(-1))));
    }
    const after = await usedMemory(() => redis.info('memory'));
    const [, keys, expiring] = /keys=(\d+),expires=(\d+)/.exec(await redis.info('keyspace')) ?? [];
    await redis.flushall();
    const table = 'growth';
    const job = `${count.toLocaleString('en-US')} client addresses`;
    return [
      {
        table,
        job,
        figure: 'Redis memory per address',
        unit: 'bytes',
        target: { atMost: 220 },
        rounds: [(after - before) / count],
      },
      {
        table,
        job,
        figure: 'keys that never expire',
        unit: '',
        target: { exactly: 0 },
        rounds: [Number(keys) - Number(expiring)],
      },
    ];
  } finally {
    redis.disconnect();
  }
}

async function usedMemory(info: () => Promise<string>): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await info())?.[1]);
}
