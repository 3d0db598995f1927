import type { Environment } from '../config/environment';
import { inTime, type Sql } from './sql';

/** Connection of each process for LISTEN, in addition to its pool. */
const LISTENING_CONNECTIONS = 1;

/** Maximum number of connections of one api, with all its processes, and one mailer-worker. */
export function connectionsWanted(environment: Environment): number {
  return (environment.DATABASE_POOL_SIZE + LISTENING_CONNECTIONS) * (environment.WEB_CONCURRENCY + 1);
}

/** Connections that PostgreSQL offers to roles other than superusers. @throws {Unavailable} */
export async function connectionsOffered(sql: Sql): Promise<number> {
  const [row] = await inTime(sql<[{ connections: number }]>`
    select current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int as connections`);
  return row.connections;
}
