import type postgres from 'postgres';

/** Settings that PgBouncer tracks per client in every pool mode. */
const TRACKED = {
  application_name: 'user-registration',
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};

/** Settings that PgBouncer refuses as startup parameters, unless `ignore_startup_parameters` lists them. */
const UNTRACKED = {
  search_path: 'public',
  default_transaction_isolation: 'read committed',
  // The deadline of a query is enforced on our side: a frozen server would not enforce its own.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  // A registration is acknowledged only after the commit is on disk. Source: PostgreSQL manual, "Asynchronous Commit".
  synchronous_commit: 'on',
  bytea_output: 'hex',
  IntervalStyle: 'postgres',
};

/**
 * PostgreSQL must not close idle connections: a query may be sent in that moment. PgBouncer refuses this setting as well,
 * and needs none, because the connections to the server are its own.
 */
const NEVER_IDLE = { idle_session_timeout: '0' };

/**
 * Startup parameters of every connection. They override the settings of server, database and role, which may differ
 * from what the statements and the driver's parsers rely on. (postgres.js adds `client_encoding`.)
 * @param limitMs the server ends a statement after this long, because its caller has left; one that waits for a lock
 *   would occupy a connection of the server after we have dropped ours. Null: statements may take long
 */
export const sessionSettings = (limitMs: number | null): Record<string, string> => ({
  ...TRACKED,
  ...UNTRACKED,
  ...NEVER_IDLE,
  ...(limitMs === null ? {} : { statement_timeout: `${limitMs}ms` }),
});

const connectionsOf = new Set<Record<string, unknown>>();

/** Makes the pool send the settings; PgBouncer's refusals are reported to it. */
export function sendSettings(sql: postgres.Sql): void {
  // postgres.js reads this object for each connection.
  connectionsOf.add((sql.options as { connection: Record<string, unknown> }).connection);
}

/**
 * After a refusal by PgBouncer, the pools of this process send only the settings that it forwards.
 * @param error the error of a query
 */
export function omitRefusedSettings(error: unknown): void {
  if (!(error instanceof Error) || !error.message.includes('unsupported startup parameter')) return;
  for (const connection of connectionsOf) {
    for (const name of Object.keys({ ...UNTRACKED, ...NEVER_IDLE })) Reflect.deleteProperty(connection, name);
  }
}

/** PostgreSQL's own default. Where no schema has the role's name, it is `public` and nothing else. */
const DEFAULT_SEARCH_PATH = '"$user", public';

/**
 * Settings of the current session that are not as they should be, as `name = value`.
 * @param findsPublic whether names without a schema are those of `public`, and of no other schema
 * @param own startup parameters of the pool, as PostgreSQL prints them
 */
export function differingSettings(
  found: Readonly<Record<string, string>>,
  findsPublic: boolean,
  own: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(UNTRACKED)
    .filter(([name, wanted]) => found[name] !== undefined && found[name] !== wanted)
    .filter(([name]) => found[name] !== own[name])
    .filter(([name]) => !(name === 'synchronous_commit' && found[name] === 'remote_apply'))
    .filter(([name]) => !(name === 'search_path' && found[name] === DEFAULT_SEARCH_PATH && findsPublic))
    .map(([name]) => `${name} = ${found[name] ?? ''}`);
}

/** The line for pgbouncer.ini that applies the settings to every server connection. */
export const connectQuery = (): string =>
  `connect_query='${Object.entries(UNTRACKED)
    .map(([name, value]) => `set ${name} = ''${value}''`)
    .join('; ')}'`;

/** Names of the settings, for a query. */
export const UNTRACKED_NAMES = Object.keys(UNTRACKED);

/** Maximum number of retries: one for a refused setting, and one for the error of another query. */
const RETRIES_MAX = 2;

/**
 * SQLSTATEs with which PostgreSQL or PgBouncer close a connection: administrator, crash, idle timeouts, and PgBouncer's
 * protocol error, which also refuses a setting. Source: appendix A of the PostgreSQL manual.
 */
const CONNECTION_CLOSED = /^(57P01|57P02|57P05|25P03|08P01)$/;

/**
 * The server, the database or the role has no free connection. The query can wait for an open connection of this pool,
 * which other queries use, instead of failing because the pool cannot grow.
 */
const NO_CONNECTION_FREE = '53300';
/** Wait before a retry, in milliseconds: two fit into the time limit of a query, with the pauses of postgres.js. */
const CONNECTION_WAIT_MS = 100;

/** The private fields of a postgres.js query. */
interface Query {
  /** Null until a connection has sent it. */
  readonly state: unknown;
  readonly cancelled: unknown;
  readonly handler: (query: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Retries a query that failed before any connection had sent it, so that it has provably not run. postgres.js (3.4.9)
 * keeps the error of a connection that was closed during a query, and fails with it the next query that opens this
 * connection, however much later.
 */
export function retryIfUnsent(pending: unknown): void {
  const query = pending as Query;
  const { reject } = query;
  let retries = 0;
  query.reject = (error) => {
    const { code } = error as { code?: string };
    const unsent = query.state === null && !query.cancelled;
    const full = code === NO_CONNECTION_FREE;
    if (!unsent || retries === RETRIES_MAX || !(full || CONNECTION_CLOSED.test(code ?? ''))) {
      reject(error);
      return;
    }
    retries += 1;
    omitRefusedSettings(error);
    // The connection is open, and the first to be used, once this call has returned to it.
    if (full) setTimeout(() => query.handler(query), CONNECTION_WAIT_MS);
    else queueMicrotask(() => query.handler(query));
  };
}
