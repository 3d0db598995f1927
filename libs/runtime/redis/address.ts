import type { ClusterOptions, DNSLookupFunction, RedisOptions } from 'ioredis';
import { parseEndpoint, serverIdentity, type Endpoint } from '../config/endpoint';
import type { Environment } from '../config/environment';

/** Whether Redis is configured: a server, a cluster or sentinels. Without it: one-node mode. */
export const hasRedis = ({ REDIS_HOST, REDIS_SENTINELS }: Environment): boolean =>
  REDIS_HOST !== '' || REDIS_SENTINELS.length > 0;

/** Time limit for a connection, and for the answers of sentinels and nodes about other servers, in milliseconds. */
const CONNECT_TIMEOUT_MS = 1_000;
/** Default port of a sentinel. */
const SENTINEL_PORT = 26_379;

/** Milliseconds between attempts: recovery within five seconds of its return is promised. */
const retryDelayMs = (attempt: number): number => Math.min(100 * attempt, 1_000) + Math.random() * 100;

/** Connection settings of a server, or of the primary according to the sentinels. */
export function redisAddress(environment: Environment) {
  return {
    ...place(environment),
    ...session(environment),
    retryStrategy: retryDelayMs,
  } satisfies RedisOptions;
}

function place(environment: Environment) {
  const { REDIS_HOST: host, REDIS_PORT: port, REDIS_DB: db, REDIS_TLS: tls } = environment;
  if (environment.REDIS_SENTINELS.length === 0) {
    return { host, port, db, ...(tls ? { tls: serverIdentity(host) } : {}) };
  }
  return {
    db,
    name: environment.REDIS_SENTINEL_NAME,
    sentinels: endpoints(environment.REDIS_SENTINELS, SENTINEL_PORT),
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    sentinelRetryStrategy: retryDelayMs,
    ...(environment.REDIS_SENTINEL_PASSWORD ? { sentinelPassword: environment.REDIS_SENTINEL_PASSWORD } : {}),
    ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  };
}

/** Nodes of a cluster that are asked for the other nodes. */
export const clusterNodes = ({ REDIS_HOST, REDIS_PORT }: Environment): Endpoint[] =>
  endpoints(REDIS_HOST.split(','), REDIS_PORT);

/** Connection settings of a cluster. @param node additional settings of each connection */
export function clusterAddress<Node extends NonNullable<ClusterOptions['redisOptions']>>(
  environment: Environment,
  node: Node,
) {
  const dnsLookup: DNSLookupFunction = (name, found) => found(null, name);
  return {
    clusterRetryStrategy: retryDelayMs,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // A certificate is issued for a name, so connect to the name instead of its IP address.
    ...(environment.REDIS_TLS ? { dnsLookup } : {}),
    redisOptions: { ...session(environment), ...(environment.REDIS_TLS ? { tls: {} } : {}), ...node },
  } satisfies ClusterOptions;
}

function session(environment: Environment) {
  return {
    ...(environment.REDIS_USERNAME ? { username: environment.REDIS_USERNAME } : {}),
    ...(environment.REDIS_PASSWORD ? { password: environment.REDIS_PASSWORD } : {}),
    connectTimeout: CONNECT_TIMEOUT_MS,
    // This replica was the primary before the fail-over: drop it, and the next connection finds the new primary.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    // A Redis that is loading its file answers LOADING; retry after at most this many milliseconds.
    maxLoadingRetryTime: 500,
  } satisfies RedisOptions;
}

const endpoints = (entries: readonly string[], port: number): Endpoint[] =>
  entries.flatMap((entry) => parseEndpoint(entry.trim(), port) ?? []);

/** The address of Redis, for people. */
export function redisPlace(environment: Environment): string {
  const { REDIS_HOST, REDIS_PORT, REDIS_SENTINELS, REDIS_SENTINEL_NAME } = environment;
  if (REDIS_SENTINELS.length > 0) {
    return `the primary "${REDIS_SENTINEL_NAME}" of the sentinels ${REDIS_SENTINELS.join(', ')}`;
  }
  return environment.REDIS_CLUSTER ? `the cluster of ${REDIS_HOST}` : `${REDIS_HOST}:${REDIS_PORT}`;
}
