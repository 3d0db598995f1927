import postgres, { type PendingQuery, type Row, type RowList, type Sql as PostgresSql } from 'postgres';
import { Unavailable, within } from '../lifecycle/deadline';
import { SpanKind, traced } from '../tracing/tracing';
import type { Environment } from '../config/environment';
import { databaseAddress } from './address';
import { asOutage, READ_ONLY } from './outage';
import { omitRefusedSettings, retryIfUnsent, sendSettings, sessionSettings } from './session';
import { asQuery, verbOf } from './statements';
import { noteLateAnswer, watchedSockets } from './watched-sockets';

export type Sql = PostgresSql;
export const Sql = Symbol('Sql');
/** A part of a statement. */
export type Fragment = PendingQuery<Row[]>;

/**
 * Time limit for PostgreSQL, including connection and queue: together with a hash, a response is sent within 2 s. It
 * is enforced on our side, because a frozen server does not enforce `statement_timeout`.
 */
export const DATABASE_TIMEOUT_MS = 1_500;

/** An operator waits longer than a client: a query without an index reads ten million rows within this time. */
export const OPERATOR_TIMEOUT_MS = 60_000;

/**
 * Maximum silence of a connection with a pending query: no caller waits for the answer any longer. A worker that shuts
 * down tries for five seconds to store what it has sent, and must get a new connection in that time. For the apps,
 * whose queries are all short.
 */
export const SILENCE_MAX_MS = 2_500;

/**
 * A pool that connects on first use, recovers by itself, and never waits long for a server.
 * @param silenceMaxMs drops connections with a query unanswered for this long, and makes PostgreSQL end it; null for a
 *   program whose queries may take long, such as the command line
 */
export function createSql(
  environment: Environment,
  onNotice: (message: string) => void = () => {},
  silenceMaxMs: number | null = null,
): Sql {
  const sql = postgres({
    ...databaseAddress(environment),
    max: environment.DATABASE_POOL_SIZE,
    prepare: environment.DATABASE_PREPARE,
    // Without this, postgres.js queries array types, which we do not use, on each new connection; if the server goes
    // away at that moment, the error is not caught and ends the process.
    fetch_types: false,
    connect_timeout: DATABASE_TIMEOUT_MS / 1_000,
    // Seconds between connection attempts; the default grows to minutes, but recovery within five seconds is promised.
    backoff: () => 0.2 + Math.random() * 0.3,
    idle_timeout: 300,
    max_lifetime: 1_800,
    keep_alive: 10,
    ...(silenceMaxMs === null || environment.DATABASE_HOST.startsWith('/')
      ? {}
      : { socket: watchedSockets(environment, silenceMaxMs) }),
    connection: sessionSettings(silenceMaxMs),
    onnotice: (notice) => onNotice(String(notice['message'])),
    transform: { undefined: null },
  });
  sendSettings(sql);
  return sql;
}

/**
 * Runs a query with a deadline on our side.
 * @param isReadOnly whether the rows show that the server accepts no writes; its connection is then closed, because
 *   the server may have been the primary until a fail-over
 * @throws {Unavailable} if PostgreSQL is down, frozen, starting, stopping or read-only
 */
export async function inTime<T extends readonly (Row | undefined)[]>(
  statement: PendingQuery<T>,
  timeoutMs = DATABASE_TIMEOUT_MS,
  isReadOnly: (rows: RowList<T>) => boolean = () => false,
): Promise<RowList<T>> {
  const query = asQuery(statement);
  const verb = verbOf(query);
  const leave = carrierOf(query);
  retryIfUnsent(query);
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': verb };
  try {
    const rows = await traced(`postgresql ${verb}`, SpanKind.CLIENT, attributes, () =>
      within(query.execute(), timeoutMs, () => {
        leaveLine(query);
        noteLateAnswer();
        return new Unavailable('database', `no answer within ${timeoutMs} ms`);
      }),
    );
    if (isReadOnly(rows)) leave();
    return rows;
  } catch (error) {
    if ((error as { code?: string }).code === READ_ONLY) leave();
    omitRefusedSettings(error);
    throw asOutage(error);
  }
}

const BATCH_ROWS = 1_000;

/**
 * Repeats a statement that changes up to `limit` rows until none are left: each has a deadline, and an outage leaves
 * many rows. Resolves to the number of changed rows. @throws {Unavailable} rows changed before that stay changed
 */
export async function inBatches(change: (limit: number) => Fragment): Promise<number> {
  for (let changed = 0; ;) {
    const { count } = await inTime(change(BATCH_ROWS));
    changed += count;
    if (count < BATCH_ROWS) return changed;
  }
}

/**
 * Remembers the connection of the query, which carries no other one meanwhile: a query behind one that waits for a lock
 * would wait as well, and run long after its caller has left. The returned function closes that connection; the next one
 * is new, and reaches the server that accepts writes.
 */
function carrierOf(query: unknown): () => void {
  let carrier: { end(): unknown } | undefined;
  const { options } = query as { options: { onexecute?: (connection: { end(): unknown }) => false } };
  options.onexecute = (connection) => {
    carrier = connection;
    return false;
  };
  return () => carrier?.end();
}

/**
 * Removes the query from the queue if it has not been sent. A sent query is left alone: PostgreSQL ends it, and a cancel
 * request could hit the next one on its connection.
 */
function leaveLine(query: unknown): void {
  const waiting = query as {
    readonly canceller: ((query: unknown) => Promise<void>) | null;
    readonly state: unknown;
    cancelled: unknown;
    strings: readonly string[];
    args: readonly unknown[];
  };
  if (waiting.state !== null) return;
  waiting.canceller?.(query).catch(() => {});
  // postgres.js (3.4.9) never opens a connection whose first query is cancelled: send one without effect instead.
  waiting.cancelled = null;
  waiting.strings = ['select 1'];
  waiting.args = [];
}

/** Ids as one parameter of any length: array types are not fetched, so it is sent as text. */
export const uuids = (sql: Sql, ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::text::uuid[]`;
