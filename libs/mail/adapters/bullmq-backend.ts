import { Socket } from 'node:net';
import {
  assertSchemaCompatibility,
  createIORedisClient,
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  RedisConnection,
  runMigrations,
  SchemaMigrationRequiredError,
  setDefaultBackendFactory,
  type ConnectionOptions,
} from 'bullmq';
import { Cluster } from 'ioredis';
import { Client } from 'pg';
import {
  clusterAddress,
  clusterNodes,
  DATABASE_TIMEOUT_MS,
  databaseAddress,
  hasRedis,
  QUEUE_CONNECTIONS,
  redisAddress,
  watchSilence,
  type Environment,
} from '@app/runtime';

/**
 * How long a worker that has nothing to do waits on Redis for a job. Twice that without a word, and its connection is
 * taken for dead: a host that has vanished sends no farewell.
 */
export const BLOCKING_SECONDS = 1;

/** How often a command looks for its node in a cluster, a tenth of a second apart: longer than a fail-over takes. */
const REDIRECTIONS_MAX = 300;

/**
 * Where BullMQ keeps its jobs: Redis where there is one, else PostgreSQL. The choice is the process's, made before
 * the first queue exists, because @nestjs/bullmq builds queues and workers with BullMQ's default.
 */
export function chooseQueueBackend(environment: Environment): ConnectionOptions {
  if (!hasRedis(environment)) {
    setDefaultBackendFactory(createPostgresBackend);
    return postgresQueue(environment);
  }
  setDefaultBackendFactory();
  // A worker blocks on its connection and must outlive outages: no deadline, no limit of retries.
  const patience = { maxRetriesPerRequest: null, socketTimeout: 2 * BLOCKING_SECONDS * 1_000 };
  if (!environment.REDIS_CLUSTER) {
    delete RedisConnection.clientFactory;
    return { ...redisAddress(environment), ...patience };
  }
  // BullMQ makes its connections itself, and closes them: it is only told what kind.
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

/** Longest silence of a connection that the queue has asked something: nobody waits for it any more. */
const POSTGRES_SILENCE_MS = DATABASE_TIMEOUT_MS + 500;

const sockets = new Set<Socket>();

/**
 * A socket for pg, which would wait for a frozen server for ever. Where one has fallen silent all are given up: what
 * was listening for notifications asks nothing, and would never find out.
 */
function queueSocket(): Socket {
  const socket = watchSilence(new Socket(), POSTGRES_SILENCE_MS, () => {
    for (const each of sockets) each.destroy();
  });
  sockets.add(socket);
  return socket.once('close', () => sockets.delete(socket));
}

/** BullMQ types its connection as Redis's whichever backend is chosen; PostgreSQL's is a pool configuration. */
export function postgresQueue(environment: Environment): ConnectionOptions {
  return {
    ...databaseAddress(environment),
    max: QUEUE_CONNECTIONS,
    connectionTimeoutMillis: 2_000,
    stream: queueSocket,
    application_name: 'user-registration-queue',
  };
}

/** Creates or upgrades BullMQ's own tables; they are BullMQ's to change, so they are no migration of ours. */
export async function migrateQueueTables(environment: Environment): Promise<void> {
  await onConnection(environment, runMigrations);
}

/** Whether BullMQ's own tables are as this version wants them. It only reads. */
export async function checkQueueTables(
  environment: Environment,
): Promise<'current' | 'outdated' | 'missing'> {
  try {
    const version = await onConnection(environment, assertSchemaCompatibility);
    return version >= LATEST_SCHEMA_VERSION ? 'current' : 'outdated';
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 'missing';
    throw error;
  }
}

async function onConnection<T>(environment: Environment, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...databaseAddress(environment), connectionTimeoutMillis: 2_000 });
  // What breaks the connection rejects the query, too; an 'error' event nobody listens to would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
