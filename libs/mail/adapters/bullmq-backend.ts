import {
  assertSchemaCompatibility,
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  runMigrations,
  SchemaMigrationRequiredError,
  setDefaultBackendFactory,
  type ConnectionOptions,
} from 'bullmq';
import { Client } from 'pg';
import { databaseAddress, redisAddress, type Environment } from '@app/runtime';

/**
 * How long a worker that has nothing to do waits on Redis for a job. Twice that without a word, and its connection is
 * taken for dead: a host that has vanished sends no farewell.
 */
export const BLOCKING_SECONDS = 2;

/**
 * Where BullMQ keeps its jobs: Redis where there is one, else PostgreSQL. The choice is the process's, made before
 * the first queue exists, because @nestjs/bullmq builds queues and workers with BullMQ's default.
 */
export function chooseQueueBackend(environment: Environment): ConnectionOptions {
  if (environment.REDIS_HOST) {
    setDefaultBackendFactory();
    // A worker blocks on its connection and must outlive outages: no deadline, no limit of retries.
    return {
      ...redisAddress(environment),
      maxRetriesPerRequest: null,
      socketTimeout: 2 * BLOCKING_SECONDS * 1_000,
    };
  }
  setDefaultBackendFactory(createPostgresBackend);
  return postgresQueue(environment);
}

/** BullMQ types its connection as Redis's whichever backend is chosen; PostgreSQL's is a pool configuration. */
export function postgresQueue(environment: Environment): ConnectionOptions {
  return {
    ...databaseAddress(environment),
    max: 4,
    connectionTimeoutMillis: 2_000,
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
