import type { ClusterOptions, DNSLookupFunction, RedisOptions } from 'ioredis';
import { parseEndpoint, type Endpoint } from '../config/endpoint';
import type { Environment } from '../config/environment';

/** Whether there is a Redis: a server, a cluster, or sentinels that know where it is. Without one: one-node mode. */
export const hasRedis = ({ REDIS_HOST, REDIS_SENTINELS }: Environment): boolean =>
  REDIS_HOST !== '' || REDIS_SENTINELS.length > 0;

/** Longest wait for a connection, and for what a sentinel or a node says about the others, in milliseconds. */
const CONNECT_TIMEOUT_MS = 1_000;
/** Port of a sentinel that is named without one. */
const SENTINEL_PORT = 26_379;

/** Milliseconds between attempts: recovery is promised within five seconds of its return. */
const retryDelayMs = (attempt: number): number => Math.min(100 * attempt, 1_000) + Math.random() * 100;

/** Connection settings of a server, or of the primary that the sentinels name. */
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
    return { host, port, db, ...(tls ? { tls: { servername: host } } : {}) };
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

/** Nodes of a cluster that are asked for the others. */
export const clusterNodes = ({ REDIS_HOST, REDIS_PORT }: Environment): Endpoint[] =>
  endpoints(REDIS_HOST.split(','), REDIS_PORT);

/** Connection settings of a cluster. @param node further settings of each of its connections */
export function clusterAddress<Node extends NonNullable<ClusterOptions['redisOptions']>>(
  environment: Environment,
  node: Node,
) {
  const dnsLookup: DNSLookupFunction = (name, found) => found(null, name);
  return {
    clusterRetryStrategy: retryDelayMs,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // A certificate is made out to a name: connect to that, and not to the address it stands for.
    ...(environment.REDIS_TLS ? { dnsLookup } : {}),
    redisOptions: { ...session(environment), ...(environment.REDIS_TLS ? { tls: {} } : {}), ...node },
  } satisfies ClusterOptions;
}

function session(environment: Environment) {
  return {
    ...(environment.REDIS_USERNAME ? { username: environment.REDIS_USERNAME } : {}),
    ...(environment.REDIS_PASSWORD ? { password: environment.REDIS_PASSWORD } : {}),
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A replica that was a primary until the fail-over: drop it, and the next connection finds the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    // A Redis that reads its file answers LOADING, and is asked again after this many milliseconds at most.
    maxLoadingRetryTime: 500,
  } satisfies RedisOptions;
}

const endpoints = (entries: readonly string[], port: number): Endpoint[] =>
  entries.flatMap((entry) => parseEndpoint(entry.trim(), port) ?? []);

/** Where it is, for people. */
export function redisPlace(environment: Environment): string {
  const { REDIS_HOST, REDIS_PORT, REDIS_SENTINELS, REDIS_SENTINEL_NAME } = environment;
  if (REDIS_SENTINELS.length > 0) {
    return `the primary "${REDIS_SENTINEL_NAME}" of the sentinels ${REDIS_SENTINELS.join(', ')}`;
  }
  return environment.REDIS_CLUSTER ? `the cluster of ${REDIS_HOST}` : `${REDIS_HOST}:${REDIS_PORT}`;
}
