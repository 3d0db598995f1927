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
