import { percentile, type Figure } from '../figures';
import type { Call } from '../http-load';
import type { RunningApi, Stage } from '../stage';

const METRICS: Call = { method: 'GET', path: '/api/v1/metrics' };
const CLIENTS = 8;
/** Number of requested paths between two readings of the heap: a small part of what makes V8 collect garbage. */
const READ_EVERY = 200;

/** Nonexistent paths, which must leave nothing in Redis or in the process. */
export async function distinctPaths(stage: Stage): Promise<Figure[]> {
  const count = stage.size(40_000, 1_000_000);
  const redis = stage.redis.connect();
  try {
    return await stage.withApi({ BCRYPT_COST: '4' }, async (api) => {
      const before = { heap: await visit(api, 0, count / 2), keys: 0 };
      await flushed();
      before.keys = await redis.dbsize();
      const grown = (await visit(api, count / 2, count)) / before.heap;
      await flushed();
      const keys = (await redis.dbsize()) - before.keys;
      const metrics = await metricsRead(stage, api);
      const job = `${count.toLocaleString('en-US')} distinct paths`;
      const table = 'growth';
      return [
        { table, job, figure: 'new Redis keys', unit: '', target: { atMost: 0 }, rounds: [keys] },
        {
          table,
          job,
          figure: 'memory in the second half ÷ in the first',
          unit: '',
          target: { atMost: 1.1 },
          rounds: [grown],
          note: 'the smallest heap of V8 in each half: what remains after garbage collection',
        },
        ...metrics,
      ];
    });
  } finally {
    redis.disconnect();
  }
}

/** Resolves to the smallest size of V8's heap meanwhile, in bytes. */
async function visit({ load, url }: RunningApi, from: number, to: number): Promise<number> {
  let least = Infinity;
  for (let first = from; first < to; first += READ_EVERY) {
    const calls = Array.from({ length: Math.min(READ_EVERY, to - first) }, (_, index): Call => ({
      method: 'GET',
      path: `/nowhere/${first + index}`,
    }));
    await load.closed(calls, CLIENTS);
    least = Math.min(least, await heapUsed(url));
  }
  return least;
}

async function heapUsed(url: string): Promise<number> {
  const exposition = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(exposition)?.[1]);
}

/** Metrics reach Redis about once a second. */
const flushed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_500));

async function metricsRead(stage: Stage, { load }: RunningApi): Promise<Figure[]> {
  const redis = stage.redis.connect();
  try {
    await redis.config('RESETSTAT');
    const rounds: number[] = [];
    for (let round = 0; round < stage.rounds; round += 1) {
      const replies = await load.closed(
        Array.from({ length: 50 }, () => METRICS),
        1,
      );
      const failed = replies.find(({ status }) => status !== 200);
      if (failed) throw new Error(`${METRICS.path} answered ${failed.status}`);
      rounds.push(
        percentile(
          replies.map(({ ms }) => ms),
          50,
        ),
      );
    }
    const searches = /cmdstat_(keys|scan):/.test(await redis.info('commandstats')) ? 1 : 0;
    const job = '/api/v1/metrics after all that traffic';
    return [
      { table: 'growth', job, figure: 'time of a read (p50)', unit: 'ms', target: { atMost: 20 }, rounds },
      {
        table: 'growth',
        job,
        figure: 'KEYS or SCAN in Redis',
        unit: '',
        target: { exactly: 0 },
        rounds: [searches],
      },
    ];
  } finally {
    redis.disconnect();
  }
}
