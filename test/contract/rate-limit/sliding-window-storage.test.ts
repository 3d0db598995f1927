import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SlidingWindowStorage, type Charge } from '@app/rate-limit';
import {
  charge,
  describeSlidingWindowsContract,
  InProcessWindows,
  RedisWindows,
} from '@app/rate-limit/testing';
import { createLogger, parseEnvironment, type Redis } from '@app/runtime';
import { createRedis } from '@app/runtime/testing';
import { TcpProxy } from '../../support/proxy';
import { TestRedis } from '../../support/redis';
import { until } from '../../support/until';

const LEFT = 'Redis is unavailable; rate limits are counted per process';
const RETURNED = 'Rate limits are counted in Redis again';

/** Maximum time of an answer while Redis is in trouble, and of the return to Redis, in milliseconds. */
const ANSWER_MS = 2_000;
const RECOVERY_MS = 5_000;
/** Longer than a connection may be silent before it is replaced. */
const STALL_MS = 1_500;

let server: TestRedis;
let directory: string;
let client: Redis;
let limiter: SlidingWindowStorage;
let fallbacks: number;
let lines: string[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'limits-'));
  server = await TestRedis.start('--dir', directory);
  lines = [];
  const logger = createLogger(
    { level: 'info', app: 'test' },
    { write: (line) => void lines.push((JSON.parse(line) as { message: string }).message) },
  );
  client = createRedis(parseEnvironment({ ...server.env }), logger);
  await until('the client is connected', () => client.status === 'ready');
  fallbacks = 0;
  limiter = new SlidingWindowStorage(new RedisWindows(client), new InProcessWindows(), logger);
  limiter.onFallback = () => {
    fallbacks += 1;
  };
});
afterEach(async () => {
  limiter.onApplicationShutdown();
  client.disconnect();
  server.resume();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function inRedis<T>(ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = server.connect();
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
const command = (...words: [string, ...string[]]) => inRedis((redis) => redis.call(...words));
const counted = ({ key }: Charge) => inRedis((redis) => redis.zcard(`user-registration:{limits}:${key}`));

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  return [await work(), performance.now() - began];
}

/** Keeps this process from reading anything. */
function stall(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** Redis cannot save a snapshot, and refuses writes because of that. */
async function failToSave(): Promise<void> {
  await rm(directory, { recursive: true });
  await inRedis(async (redis) => {
    await redis.config('SET', 'save', '3600 1');
    await redis.bgsave();
    await until('the snapshot has failed', async () =>
      (await redis.info('persistence')).includes('rdb_last_bgsave_status:err'),
    );
  });
}

describeSlidingWindowsContract('Redis, with this process to fall back on', () =>
  Promise.resolve({
    limiter,
    elapse: async (ms) => {
      const over = performance.now() + ms;
      await until('that much time has passed', () => performance.now() > over);
    },
  }),
);

describe('SlidingWindowStorage', () => {
  const outages: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['frozen', () => Promise.resolve(server.pause()), () => Promise.resolve(server.resume())],
    ['killed', () => server.stop(), () => server.restart()],
    ['read-only', () => command('REPLICAOF', '127.0.0.1', '1'), () => command('REPLICAOF', 'NO', 'ONE')],
    [
      'full',
      () => command('CONFIG', 'SET', 'maxmemory', '1'),
      () => command('CONFIG', 'SET', 'maxmemory', '0'),
    ],
    ['unable to save', failToSave, () => command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no')],
  ];

  it.each(outages)(
    'continues counting while Redis is %s, and counts in Redis again afterwards',
    async (_what, breakIt, repairIt) => {
      const budget = charge({ max: 2 });
      await limiter.settle([budget]);
      await breakIt();

      const during = [];
      for (let index = 0; index < 3; index += 1) {
        const [[verdict], durationMs] = await timed(() => limiter.settle([budget]));
        expect(durationMs).toBeLessThan(ANSWER_MS);
        during.push(verdict?.allowed);
      }
      expect(during).toEqual([true, true, false]);
      expect([fallbacks, limiter.fallenBack]).toEqual([3, true]);

      await repairIt();
      await until('it counts in Redis again', () => !limiter.fallenBack, RECOVERY_MS);
      const another = charge();
      await limiter.settle([another]);
      expect(await counted(another)).toBe(1);
      expect(lines.filter((line) => line === LEFT || line === RETURNED)).toEqual([LEFT, RETURNED]);
    },
  );

  it('waits for a frozen Redis once, not for every request', async () => {
    server.pause();
    const [, first] = await timed(() => limiter.settle([charge()]));
    expect(first).toBeGreaterThan(150);
    const [, twenty] = await timed(async () => {
      for (let index = 0; index < 20; index += 1) await limiter.settle([charge()]);
    });
    expect(twenty).toBeLessThan(ANSWER_MS);
    expect(fallbacks).toBe(21);
  });

  it('counts in Redis although this process stalls while the reply is in the socket', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const peers: Socket[] = [];
    listener.on('connection', (peer) => peers.push(peer));
    const { port } = listener.address() as AddressInfo;
    const [asks, stalls] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await until('both are connected', () => peers.length === 2);

    // Both are read in the same turn of the event loop: the first asks Redis, and the second one stalls.
    const settled = new Promise<unknown>((resolve) => {
      asks.once('data', () => resolve(limiter.settle([charge()])));
    });
    stalls.once('data', () => stall(STALL_MS));
    for (const peer of peers) peer.write('now');
    stall(50);
    await settled;
    expect([fallbacks, limiter.fallenBack]).toEqual([0, false]);
    for (const socket of [asks, stalls]) socket.destroy();
    listener.close();
  });

  it('counts in Redis again after its host was lost without closing the connection', async () => {
    const proxy = await TcpProxy.start(server.port);
    const logger = createLogger({ level: 'silent', app: 'test' });
    const through = createRedis(parseEnvironment({ ...server.env, REDIS_PORT: String(proxy.port) }), logger);
    const storage = new SlidingWindowStorage(new RedisWindows(through), new InProcessWindows(), logger);
    try {
      await until('the client is connected', () => through.status === 'ready');
      proxy.freeze();
      await storage.settle([charge()]);
      expect(storage.fallenBack).toBe(true);
      proxy.abandon();
      await until('it counts in Redis again', () => !storage.fallenBack, RECOVERY_MS);
    } finally {
      storage.onApplicationShutdown();
      through.disconnect();
      proxy.stop();
    }
  });

  it('survives several outages in a row', async () => {
    for (let round = 0; round < 2; round += 1) {
      await server.stop();
      expect((await limiter.settle([charge()]))[0]?.allowed).toBe(true);
      await server.restart();
      await until('it counts in Redis again', () => !limiter.fallenBack, RECOVERY_MS);
    }
    expect(lines.filter((line) => line === LEFT || line === RETURNED)).toEqual([
      LEFT,
      RETURNED,
      LEFT,
      RETURNED,
    ]);
  });

  it('treats a budget counted by one store as unspent in the other, and refunds nothing twice', async () => {
    const budget = charge({ max: 1 });
    const [spent] = await limiter.settle([budget]);
    await server.stop();
    const [local] = await limiter.settle([{ ...budget, refunds: spent?.spendId ?? 'none' }]);
    expect(local?.remaining).toBe(1);
    expect((await limiter.settle([budget]))[0]?.allowed).toBe(true);
    expect((await limiter.settle([budget]))[0]?.allowed).toBe(false);
  });

  it('rethrows an error of its caller, and keeps using Redis', async () => {
    const broken = new SlidingWindowStorage(
      { settle: () => Promise.reject(new TypeError('a bug')) },
      new InProcessWindows(),
      createLogger({ level: 'silent', app: 'test' }),
    );
    await expect(broken.settle([charge()])).rejects.toThrow('a bug');
    expect(broken.fallenBack).toBe(false);
  });
});
