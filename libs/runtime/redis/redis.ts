import { Redis as IORedis, type RedisOptions } from 'ioredis';
import type { Environment } from '../config/environment';
import { onDeadline } from '../deadline';
import type { Logger } from '../logging/logger';

export type Redis = IORedis;
/** Bound to null in one-node mode. */
export const Redis = Symbol('Redis');

/** Longest wait for an answer of Redis on a request's path. */
export const REDIS_TIMEOUT_MS = 200;

export function redisAddress(environment: Environment) {
  return {
    host: environment.REDIS_HOST,
    port: environment.REDIS_PORT,
    db: environment.REDIS_DB,
    ...(environment.REDIS_USERNAME ? { username: environment.REDIS_USERNAME } : {}),
    ...(environment.REDIS_PASSWORD ? { password: environment.REDIS_PASSWORD } : {}),
    ...(environment.REDIS_TLS ? { tls: { servername: environment.REDIS_HOST } } : {}),
    connectTimeout: 1_000,
    // Milliseconds between attempts: recovery is promised within five seconds of its return.
    retryStrategy: (attempt: number) => Math.min(100 * attempt, 1_000) + Math.random() * 100,
    // A replica that was a primary until the fail-over: drop it, and the next connection finds the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    // A Redis that reads its file answers LOADING, and is asked again after this many milliseconds at most.
    maxLoadingRetryTime: 500,
  } satisfies RedisOptions;
}

/**
 * A connection that has not said a word for this many milliseconds, with commands waiting on it, is given up for a new
 * one: a host that has vanished sends no farewell, and TCP alone would wait for a quarter of an hour.
 */
const SILENCE_MS = 1_000;

/** Has every command answered, or failed, in time. */
class PunctualRedis extends IORedis {
  override sendCommand(...[command, stream]: Parameters<IORedis['sendCommand']>): unknown {
    const cancel = onDeadline(REDIS_TIMEOUT_MS, () => command.reject(new Error('no answer in time')));
    command.promise.then(cancel, cancel);
    return super.sendCommand(command, stream);
  }
}

/** A client that fails at once while Redis is away and within 200 ms while it is frozen: nothing waits in line. */
export function createRedis(environment: Environment, logger: Logger): Redis {
  const redis = new PunctualRedis({
    ...redisAddress(environment),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    socketTimeout: SILENCE_MS,
  });
  logOutages(redis, logger);
  return redis;
}

/** One line when the connection is lost and one when it is back, not one for every attempt in between. */
export function logOutages(redis: Redis, logger: Logger): void {
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ error }, 'Redis is away; going on without it');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
}
