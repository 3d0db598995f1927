import { createHmac } from 'node:crypto';
import { Cluster, Redis as IORedis, type Command } from 'ioredis';
import type { Environment } from '../config/environment';
import { onDeadline } from '../lifecycle/deadline';
import type { Logger } from '../logging/logger';
import { clusterAddress, clusterNodes, redisAddress } from './address';

export type Redis = IORedis | Cluster;
/** Bound to null in one-node mode. */
export const Redis = Symbol('Redis');

/**
 * Every key carries one of these, after `REDIS_KEY_PREFIX` and a colon, which the client adds: what one script touches, a
 * cluster keeps on one node.
 */
export const HASH_TAGS = { limits: '{limits}', metrics: '{metrics}', doorbell: '{doorbell}' } as const;

/** Longest wait for an answer of Redis on a request's path. */
export const REDIS_TIMEOUT_MS = 200;

/**
 * A connection that has not said a word for this many milliseconds, with commands waiting on it, is given up for a new
 * one: a host that has vanished closes no connection, and TCP alone would wait for a quarter of an hour.
 */
const SILENCE_MS = 1_000;

/**
 * A command whose node has gone is sent again when the nodes were asked who took its place, 100 ms later; this often,
 * because no caller waits longer than that.
 */
const REDIRECTIONS_MAX = 3;

/** Has every command answered, or failed, in time. */
class PunctualRedis extends IORedis {
  override sendCommand(...[command, stream]: Parameters<IORedis['sendCommand']>): unknown {
    limitWait(command);
    return super.sendCommand(command, stream);
  }
}

/** The same for a cluster, redirections included. */
class PunctualCluster extends Cluster {
  override sendCommand(...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown {
    limitWait(command);
    return super.sendCommand(command, stream, node);
  }
}

function limitWait(command: Command): void {
  const cancel = onDeadline(REDIS_TIMEOUT_MS, () => command.reject(new Error('no answer in time')));
  command.promise.then(cancel, cancel);
}

/** A client that fails immediately while Redis is down, and within 200 ms while it is frozen: nothing waits in line. */
export function createRedis(environment: Environment, logger: Logger): Redis {
  const keyPrefix = `${environment.REDIS_KEY_PREFIX}:`;
  const impatience = {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    socketTimeout: SILENCE_MS,
  };
  const redis = environment.REDIS_CLUSTER
    ? new PunctualCluster(clusterNodes(environment), {
        ...clusterAddress(environment, impatience),
        enableOfflineQueue: false,
        keyPrefix,
        maxRedirections: REDIRECTIONS_MAX,
      })
    : new PunctualRedis({
        ...redisAddress(environment),
        ...impatience,
        keyPrefix,
        enableOfflineQueue: false,
      });
  logOutages(redis, logger);
  return redis;
}

/** One line when the connection is lost and one when it is back, not one for every attempt in between. */
function logOutages(redis: Redis, logger: Logger): void {
  let lost = false;
  redis.on('error', (error: Error) => {
    if (!lost) logger.warn({ error }, 'Redis is unavailable; continuing without it');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) logger.info('Redis is available again');
    lost = false;
  });
}

/** Life of the mark that a deployment leaves, in milliseconds: one that was shut down is forgotten in an hour. */
const MARK_LIFE_MS = 3_600_000;

/** The same for all processes of a deployment, and another one's is another: they share the key. */
const markOf = (secretKey: string): string =>
  createHmac('sha256', secretKey).update('deployment').digest('hex').slice(0, 16);

/**
 * Proves that Redis takes what the service sends: a write under each hash tag (of a cluster, on each node that holds some
 * of ours), and INFO, which the queue needs. One that is read-only, full or cannot save (MISCONF), and a user without those
 * rights, all refuse.
 * @returns whether another deployment has left its mark under the same prefix
 * @throws {Error} with Redis's reason
 */
export async function proveRedis(redis: Redis, environment: Environment): Promise<boolean> {
  const { SECRET_KEY: key, SECRET_KEY_PREVIOUS: previous } = environment;
  const own = markOf(key);
  const [, ...marks] = await Promise.all([
    redis.info('server'),
    ...Object.values(HASH_TAGS).map(async (tag) => {
      const found = redis.get(`${tag}:deployment`);
      await Promise.all([found, redis.set(`${tag}:deployment`, own, 'PX', MARK_LIFE_MS)]);
      return await found;
    }),
  ]);
  return marks.some((mark) => mark !== null && ![own, markOf(previous)].includes(mark));
}
