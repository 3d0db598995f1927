import { percentile, type Figure } from '../figures';
import type { Call } from '../http-load';
import type { RunningApi, Stage } from '../stage';
import { residentBytes } from './start-up';

const METRICS: Call = { method: 'GET', path: '/api/v1/metrics' };
const CLIENTS = 8;

/** Paths nobody has: they must leave nothing behind, neither in Redis nor in the process. */
export async function distinctPaths(stage: Stage): Promise<Figure[]> {
  const count = stage.size(30_000, 1_000_000);
  const redis = stage.redis.connect();
  try {
    return await stage.withApi({ BCRYPT_COST: '4' }, async (api) => {
      await visit(api, 0, count / 2);
      await flushed();
      const before = { keys: await redis.dbsize(), bytes: residentBytes(Number(api.child.pid)) };
      await visit(api, count / 2, count);
      await flushed();
      const grown = residentBytes(Number(api.child.pid)) / before.bytes;
      const keys = (await redis.dbsize()) - before.keys;
      const metrics = await metricsRead(stage, api);
      const job = `${count.toLocaleString('en-US')} distinct paths`;
      const table = 'growth';
      return [
        { table, job, figure: 'new Redis keys', unit: '', target: { exactly: 0 }, rounds: [keys] },
        {
          table,
          job,
          figure: 'resident memory after ÷ half-way',
          unit: '',
          target: { atMost: 1.1 },
          rounds: [grown],
          note: 'flat means that the second half adds less than a tenth, which the collector’s moods explain',
        },
        ...metrics,
      ];
    });
  } finally {
    redis.disconnect();
  }
}

async function visit({ load }: RunningApi, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += 10_000) {
    const calls = Array.from({ length: Math.min(10_000, to - first) }, (_, index): Call => ({
      method: 'GET',
      path: `/nowhere/${first + index}`,
    }));
    await load.closed(calls, CLIENTS);
  }
}

/** Metrics reach Redis about once a second. */
const flushed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2_500));

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
