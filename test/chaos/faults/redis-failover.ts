import { HASH_TAGS } from '@app/runtime';
import type { TestRedisCluster, TestRedisSentinels } from '../../support/redis-topologies';
import { until } from '../../support/until';
import type { Observed } from '../report';
import { Stage } from '../stage';
import { runOutage, ms } from './outages';

const RECOVERY_MS = 5_000;
/** Maximum time until the other nodes have elected a new primary, in milliseconds. */
const ELECTION_MS = 30_000;
/**
 * Errors of Redis for a missing script or moved keys that no client has handled. As the last of many replies of a
 * cluster with a dead node, they are no fault.
 */
const COMPLAINT = /(?<!Last error: ReplyError: )(NOSCRIPT|CROSSSLOT|MOVED)/;
const LIMITS = {
  ENABLE_RATE_LIMITING: 'true',
  RATE_LIMIT_CLIENT_PER_MINUTE: '1000000',
  RATE_LIMIT_GLOBAL_PER_MINUTE: '1000000',
  RATE_LIMIT_REGISTRATION_PER_HOUR: '1000000',
};

/**
 * The server with the limits, or with the doorbell, dies. Its replica takes over once the other nodes of the cluster,
 * or the sentinels, agree on it. In a cluster each of the two has one slot, possibly on different nodes.
 */
export async function failOverRedis(
  start: () => Promise<TestRedisCluster | TestRedisSentinels>,
  lost: 'limits' | 'doorbell',
): Promise<Observed> {
  const redis = await start();
  try {
    return await failOver(redis, HASH_TAGS[lost]);
  } finally {
    await redis.stop();
  }
}

async function failOver(redis: TestRedisCluster | TestRedisSentinels, lost: string): Promise<Observed> {
  const victim = await redis.holderOf(lost);
  const limitsAreLost = (await redis.holderOf(HASH_TAGS.limits)) === victim;
  const newPrimary = async (): Promise<number | false> => {
    const holder = await redis.holderOf(lost);
    return holder !== victim && holder;
  };
  const stage = await Stage.start(() => ({ REDIS_HOST: '', ...redis.env, ...LIMITS }));
  try {
    let counting: Promise<number> = Promise.resolve(0);
    const observed = await runOutage(stage, {
      fault: '',
      breaks: () => redis.kill(victim),
      fixes: async () => {
        await until('there is a new primary', newPrimary, ELECTION_MS);
        const there = performance.now();
        const port = await redis.holderOf(HASH_TAGS.limits);
        // The other nodes learn of the new primary and answer again in their own time.
        const before = await until('the limits can be counted', () => counted(redis, port).catch(() => null));
        counting = until(
          'limits are counted in Redis',
          async () => (await counted(redis, port).catch(() => 0)) > before,
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
    const fellBack = lines.some((line) => line.includes('rate limits are counted per process'));
    return {
      ...observed,
      recovery: `${observed.recovery}, limits ${ms(countingMs)}`,
      broken: [
        ...observed.broken,
        ...complaints,
        ...(countingMs > RECOVERY_MS
          ? [`limits were counted in Redis again only after ${ms(countingMs)}`]
          : []),
        ...(limitsAreLost && !fellBack ? ['limits never fell back: nothing was tried'] : []),
      ],
    };
  } finally {
    await stage.stop();
  }
}

/** Requests counted by the limits on that server. */
async function counted(redis: TestRedisCluster | TestRedisSentinels, port: number): Promise<number> {
  const keys = (await redis.tell(port, 'keys', `*${HASH_TAGS.limits}:*`)) as string[];
  // Not every key is a window: the deployment's marker has the same tag.
  const counts = await Promise.all(
    keys.map(async (key) =>
      (await redis.tell(port, 'type', key)) === 'zset' ? Number(await redis.tell(port, 'zcard', key)) : 0,
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
