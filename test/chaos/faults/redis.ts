import type { Stage } from '../stage';
import type { Outage } from './outages';

/** Sends commands to Redis as its operator would. */
async function order({ redis }: Stage, command: string, ...args: string[]): Promise<void> {
  const client = redis.connect();
  try {
    await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

/** No mail needs Redis: the workers sweep. */
const EACH_MAIL_MS = 5_000;

const OUTAGES: readonly Outage[] = [
  {
    fault: 'Redis killed',
    breaks: ({ redis }) => redis.stop(),
    fixes: ({ redis }) => redis.restart(),
    signUpsContinue: true,
  },
  {
    fault: 'Redis frozen',
    breaks: ({ redis }) => redis.pause(),
    fixes: ({ redis }) => redis.resume(),
    signUpsContinue: true,
  },
  {
    fault: 'Redis connections lost silently',
    breaks: ({ toRedis }) => toRedis.freeze(),
    fixes: ({ toRedis }) => toRedis.abandon(),
    signUpsContinue: true,
  },
  {
    fault: 'Redis 200 to 900 ms away',
    breaks: ({ toRedis }) => toRedis.delay(200, 900),
    fixes: ({ toRedis }) => toRedis.delay(0, 0),
    signUpsContinue: true,
  },
  {
    fault: 'Redis full',
    breaks: async (stage) => {
      await order(stage, 'config', 'set', 'maxmemory-policy', 'noeviction');
      await order(stage, 'config', 'set', 'maxmemory', '1');
    },
    fixes: (stage) => order(stage, 'config', 'set', 'maxmemory', '0'),
    signUpsContinue: true,
  },
  {
    fault: 'Redis read-only',
    // A replica without a primary.
    breaks: (stage) => order(stage, 'replicaof', '127.0.0.1', '1'),
    fixes: (stage) => order(stage, 'replicaof', 'no', 'one'),
    signUpsContinue: true,
  },
  {
    fault: 'Redis wiped',
    breaks: (stage) => order(stage, 'flushall'),
    fixes: () => {},
    lastsMs: 0,
    signUpsContinue: true,
  },
  {
    fault: 'Redis that refuses writes by its ACL',
    breaks: (stage) => order(stage, 'acl', 'setuser', 'default', '-@write'),
    fixes: (stage) => order(stage, 'acl', 'setuser', 'default', '+@all'),
    signUpsContinue: true,
  },
  {
    fault: 'Redis unavailable for a minute',
    breaks: ({ toRedis }) => {
      toRedis.refuse();
      toRedis.cut();
    },
    fixes: ({ toRedis }) => toRedis.open(),
    lastsMs: 60_000,
    signUpsContinue: true,
  },
];

export const REDIS_OUTAGES: readonly Outage[] = OUTAGES.map((outage) => ({
  ...outage,
  eachMailWithinMs: EACH_MAIL_MS,
}));
