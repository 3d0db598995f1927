import type { Environment } from '../config/environment';
import { hasRedis } from '../redis/address';
import { inTime, type Sql } from './sql';

/** Connections of the queue's own pool, in each process, where the queue is in PostgreSQL. */
export const QUEUE_CONNECTIONS = 4;

/** Connections that one api, with all of its processes, and one mailer-worker may open. */
export function connectionsWanted(environment: Environment): number {
  const perProcess = environment.DATABASE_POOL_SIZE + (hasRedis(environment) ? 0 : QUEUE_CONNECTIONS);
  return perProcess * (environment.WEB_CONCURRENCY + 1);
}

/** Connections that PostgreSQL has for everybody who is no superuser. @throws {Unavailable} */
export async function connectionsOffered(sql: Sql): Promise<number> {
  const [row] = await inTime(sql<[{ connections: number }]>`
    select current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int as connections`);
  return row.connections;
}
