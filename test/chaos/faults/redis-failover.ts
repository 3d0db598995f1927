import { HASH_TAGS } from '@app/runtime';
import type { TestRedisCluster, TestRedisSentinels } from '../../support/redis-topologies';
import { until } from '../../support/until';
import type { Seen } from '../report';
import { Stage } from '../stage';
import { endure, ms } from './outages';

const RECOVERY_MS = 5_000;
/** Longest until the others have made up their minds, in milliseconds. */
const ELECTION_MS = 30_000;
/**
 * What Redis answers where a script is gone, or its keys are on other nodes, and no client has dealt with it. That it was
 * the last of many answers of a cluster whose node is dead is no fault.
 */
const COMPLAINT = /(?<!Last error: ReplyError: )(NOSCRIPT|CROSSSLOT|MOVED)/;
const LIMITS = {
  ENABLE_RATE_LIMITING: 'true',
  RATE_LIMIT_CLIENT_PER_MINUTE: '1000000',
  RATE_LIMIT_GLOBAL_PER_MINUTE: '1000000',
  RATE_LIMIT_REGISTRATION_PER_HOUR: '1000000',
};

/**
 * The server dies that holds the limits and the mail queue; its replica takes over, because the other nodes of the
 * cluster, or the sentinels, agree on it.
 */
export async function failOverRedis(
  start: () => Promise<TestRedisCluster | TestRedisSentinels>,
): Promise<Seen> {
  const redis = await start();
  try {
    return await failOver(redis);
  } finally {
    await redis.stop();
  }
}

async function failOver(redis: TestRedisCluster | TestRedisSentinels): Promise<Seen> {
  const [victim, queue] = await Promise.all([
    redis.holderOf(HASH_TAGS.limits),
    redis.holderOf(HASH_TAGS.doorbell),
  ]);
  if (victim !== queue) throw new Error('The queue is on another node than the limits');
  const heir = async (): Promise<number | false> => {
    const holder = await redis.holderOf(HASH_TAGS.limits);
    return holder !== victim && holder;
  };
  const stage = await Stage.start(() => ({ REDIS_HOST: '', ...redis.env, ...LIMITS }));
  try {
    let counting: Promise<number> = Promise.resolve(0);
    const seen = await endure(stage, {
      fault: '',
      breaks: () => redis.kill(victim),
      fixes: async () => {
        const port = await until('there is a new primary', heir, ELECTION_MS);
        const there = performance.now();
        const before = await counted(redis, port);
        counting = until(
          'limits are counted in Redis',
          async () => (await counted(redis, port)) > before,
          20_000,
        ).then(() => performance.now() - there);
        counting.catch(() => {});
      },
      signUpsContinue: true,
      lastsMs: 0,
    });
    const countingMs = await counting;
    const lines = [...stage.api.lines, ...stage.worker.lines];
    const complaints = lines.filter((line) => COMPLAINT.test(line));
    const fellBack = lines.some((line) => line.includes('Rate limits are counted by this process alone'));
    return {
      ...seen,
      recovery: `${seen.recovery}, limits ${ms(countingMs)}`,
      broken: [
        ...seen.broken,
        ...complaints,
        ...(countingMs > RECOVERY_MS
          ? [`limits were counted in Redis again only after ${ms(countingMs)}`]
          : []),
        ...(!fellBack ? ['limits never fell back: nothing was tried'] : []),
      ],
    };
  } finally {
    await stage.stop();
  }
}

/** Requests that the limits on that server have counted. */
async function counted(redis: TestRedisCluster | TestRedisSentinels, port: number): Promise<number> {
  const keys = (await redis.tell(port, 'keys', '*{limits}:*')) as string[];
  const counts = await Promise.all(keys.map((key) => redis.tell(port, 'zcard', key)));
  return counts.reduce<number>((sum, count) => sum + Number(count), 0);
}
