import { createHash, createHmac } from 'node:crypto';
import type { Environment } from '../config/environment';
import { within } from '../lifecycle/deadline';
import { HASH_TAGS, type Redis } from './redis';

/** Time limit for a transaction; the client's own applies to single commands. */
const TRANSACTION_TIMEOUT_MS = 1_000;

/** Lifetime of a deployment's marker key, in milliseconds: a deployment that was shut down is forgotten in an hour. */
const MARK_LIFE_MS = 3_600_000;

/** The same for all processes of a deployment, and different for others: the processes share the secret key. */
const markOf = (secretKey: string): string =>
  createHmac('sha256', secretKey).update('deployment').digest('hex').slice(0, 16);

/** KEYS[1]: the marker key. Returns its value. */
const READ_MARK = "return redis.call('get', KEYS[1])";
const READ_MARK_SHA = createHash('sha1').update(READ_MARK).digest('hex');

/** The commands that each part of the service uses. They change nothing: their key does not exist afterwards. */
const COMMANDS: Record<keyof typeof HASH_TAGS, readonly (readonly [name: string, ...args: string[]])[]> = {
  limits: [
    ['zadd', 'xx', '0', 'a'],
    ['zrange', '0', '0'],
    ['zremrangebyscore', '0', '0'],
    ['zcard'],
    ['zrem', 'a'],
    ['pexpire', '1'],
  ],
  metrics: [['hset', 'a', '0'], ['hincrby', 'a', '0'], ['hgetall'], ['expire', '1'], ['ttl'], ['hdel', 'a']],
  doorbell: [['xadd', '*', 'a', 'a'], ['del']],
};

/**
 * Checks that Redis accepts the commands of the service, on keys with each hash tag (in a cluster, on each node that
 * holds our keys), TIME, which the limits need, and INFO, which shows whether Redis is still loading. Redis refuses if
 * it is read-only, full or cannot save (MISCONF), or if the user lacks the privileges.
 * @returns whether another deployment has written its marker under the same prefix
 * @throws {Error} with the reason from Redis
 */
export async function checkRedisCapability(redis: Redis, environment: Environment): Promise<boolean> {
  const { SECRET_KEY: key, SECRET_KEY_PREVIOUS: previous } = environment;
  const own = markOf(key);
  const parts = Object.entries(HASH_TAGS) as [keyof typeof HASH_TAGS, string][];
  const [, ...marks] = await Promise.all([
    Promise.all([redis.info('server'), redis.time(), selectDatabase(redis, environment)]),
    ...parts.map(async ([part, tag]) => {
      const key = `${tag}:deployment`;
      const found = await readMark(redis, key);
      const used = COMMANDS[part].map(([name, ...args]) => redis.call(name, `${tag}:unused`, ...args));
      await Promise.all([redis.set(key, own, 'PX', MARK_LIFE_MS), ...used]);
      return found;
    }),
  ]);
  await checkBlocking(redis);
  return marks.some((mark) => mark !== null && ![own, markOf(previous)].includes(mark));
}

/** If Redis refuses SELECT, ioredis only emits an error, and uses database 0. */
const selectDatabase = async (redis: Redis, { REDIS_DB: database }: Environment): Promise<unknown> =>
  database === 0 ? undefined : await redis.select(database);

/** By EVALSHA, and by EVAL, which the limits need as soon as Redis has lost their script. */
async function readMark(redis: Redis, key: string): Promise<string | null> {
  const unknown = (error: unknown): void => {
    if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
  };
  const [mark] = await Promise.all([
    redis.eval(READ_MARK, 1, key),
    redis.evalsha(READ_MARK_SHA, 1, key).catch(unknown),
  ]);
  return mark as string | null;
}

/** In a transaction, which the metrics need, a command that blocks, which the doorbell needs, does not block. */
async function checkBlocking(redis: Redis): Promise<void> {
  const transaction = redis.multi().bzpopmin(`${HASH_TAGS.doorbell}:none`, 1).exec();
  try {
    await within(transaction, TRANSACTION_TIMEOUT_MS, () => new Error('no answer in time'));
  } catch (error) {
    // Redis discards a transaction with a refused command; the refusal has the reason.
    throw (error as { previousErrors?: Error[] }).previousErrors?.[0] ?? error;
  }
}
