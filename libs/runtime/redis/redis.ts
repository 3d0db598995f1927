import { Cluster, Redis as IORedis, type Command } from 'ioredis';
import type { Environment } from '../config/environment';
import { onDeadline } from '../lifecycle/deadline';
import { destroyIfSilent } from '../lifecycle/silent-socket';
import type { Logger } from '../logging/logger';
import { clusterAddress, clusterNodes, redisAddress } from './address';

export type Redis = IORedis | Cluster;
/** Null in one-node mode. */
export const Redis = Symbol('Redis');

/**
 * Every key contains one of these after `REDIS_KEY_PREFIX` and a colon, which the client adds, so that a cluster keeps
 * the keys of one script on one node.
 */
export const HASH_TAGS = { limits: '{limits}', metrics: '{metrics}', doorbell: '{doorbell}' } as const;

/** Time limit for a reply of Redis during a request. */
export const REDIS_TIMEOUT_MS = 200;

/** A connection on which commands wait is replaced if it brings nothing for this many milliseconds. */
const SILENCE_MS = 1_000;

/**
 * After 100 ms, a command whose node is gone is sent again to the node that has replaced it; at most this often,
 * because no caller waits longer.
 */
const REDIRECTIONS_MAX = 3;

/** Ensures that every command is answered or fails in time. */
class PunctualRedis extends IORedis {
  override sendCommand(...[command, stream]: Parameters<IORedis['sendCommand']>): unknown {
    limitWait(command);
    return super.sendCommand(command, stream);
  }
}

/** The same for a cluster, including redirections. */
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

/**
 * Replaces silent connections of a client. ioredis's `socketTimeout` would also replace one whose reply waits in the
 * socket while this process stalls: the limits would then be counted per process although Redis is available.
 */
function replaceSilent(redis: IORedis): void {
  const reason = new Error(`silent for ${SILENCE_MS} ms`);
  redis.on('connect', () => destroyIfSilent(redis.stream, SILENCE_MS, reason));
}

/**
 * A client that fails immediately while Redis is down, and within 200 ms while it is frozen: no commands are queued.
 */
export function createRedis(environment: Environment, logger: Logger): Redis {
  const keyPrefix = `${environment.REDIS_KEY_PREFIX}:`;
  const timeouts = { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false };
  const redis = environment.REDIS_CLUSTER
    ? new PunctualCluster(clusterNodes(environment), {
        ...clusterAddress(environment, timeouts),
        enableOfflineQueue: false,
        keyPrefix,
        maxRedirections: REDIRECTIONS_MAX,
      })
    : new PunctualRedis({
        ...redisAddress(environment),
        ...timeouts,
        keyPrefix,
        enableOfflineQueue: false,
      });
  if (redis instanceof Cluster) redis.on('+node', replaceSilent);
  else replaceSilent(redis);
  logOutages(redis, logger);
  return redis;
}

/** Logs one line when the connection is lost and one when it is back, not one per attempt. */
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
