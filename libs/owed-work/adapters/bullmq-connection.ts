import { createIORedisClient, RedisConnection, type ConnectionOptions } from 'bullmq';
import { Cluster } from 'ioredis';
import { clusterAddress, clusterNodes, redisAddress, type Environment } from '@app/runtime';
import { BLOCKING_SECONDS } from '../domain/doorbell';

/** How often a command asks for its node in a cluster, a tenth of a second apart: longer than a fail-over takes. */
const REDIRECTIONS_MAX = 300;

/** BullMQ makes its connections itself, and closes them: it is told where Redis is, and to wait out an outage. */
export function bullMqConnection(environment: Environment): ConnectionOptions {
  const patience = { maxRetriesPerRequest: null, socketTimeout: 2 * BLOCKING_SECONDS * 1_000 };
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
