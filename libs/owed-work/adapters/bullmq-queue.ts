import {
  createIORedisClient,
  Queue,
  RedisConnection,
  type ConnectionOptions,
  type QueueOptions,
} from 'bullmq';
import { Cluster } from 'ioredis';
import { clusterAddress, clusterNodes, HASH_TAGS, redisAddress, type Environment } from '@app/runtime';
import { BLOCKING_SECONDS, DOORBELL_QUEUE } from '../domain/doorbell';

/**
 * How often a cluster command retries to find its node, at intervals of a tenth of a second: longer than a fail-over
 * takes.
 */
const REDIRECTIONS_MAX = 300;

export const openQueue = (environment: Environment): Queue =>
  new Queue(DOORBELL_QUEUE, bullMqOptions(environment));

export const bullMqOptions = (environment: Environment): QueueOptions => ({
  connection: bullMqConnection(environment),
  prefix: `${environment.REDIS_KEY_PREFIX}:${HASH_TAGS.doorbell}`,
});

/**
 * BullMQ creates and closes its connections itself. These settings tell it where Redis is, and to wait through an
 * outage.
 */
function bullMqConnection(environment: Environment): ConnectionOptions {
  const patience = {
    maxRetriesPerRequest: null,
    socketTimeout: 2 * BLOCKING_SECONDS * 1_000,
    // BullMQ (6.7.0) asks for the version once: if Redis refuses, every later command of the connection fails with that
    // error immediately, and the worker retries without a pause and without reading events. `doctor` checks the version.
    skipVersionCheck: true,
  };
  if (!environment.REDIS_CLUSTER) {
    delete RedisConnection.clientFactory;
    return { ...redisAddress(environment), ...patience };
  }
  RedisConnection.clientFactory = ({ connectionName }) => {
    const node = { ...patience, ...(connectionName === undefined ? {} : { connectionName }) };
    const options = {
      ...clusterAddress(environment, node),
      maxRedirections: REDIRECTIONS_MAX,
      retryDelayOnMoved: 100,
    };
    return createIORedisClient(new Cluster(clusterNodes(environment), options));
  };
  return patience;
}
