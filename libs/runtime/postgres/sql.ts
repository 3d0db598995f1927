import postgres, { type PendingQuery, type Row, type RowList, type Sql as PostgresSql } from 'postgres';
import { Unavailable, within } from '../lifecycle/deadline';
import { SpanKind, traced } from '../tracing/tracing';
import type { Environment } from '../config/environment';
import { asOutage, READ_ONLY, connectWatched } from './outage';
import { askAgainIfUnsent, heedRefusal, sendSettings, SESSION_SETTINGS } from './session';

export type Sql = PostgresSql;
export const Sql = Symbol('Sql');

/**
 * Longest wait for PostgreSQL, connection and queue included: with a hash before it, an answer is out within 2 s.
 * It is kept on our side, because `statement_timeout` would be the frozen server's own.
 */
export const DATABASE_TIMEOUT_MS = 1_500;

/**
 * Longest silence of a connection that was asked something: no caller waits for its answer any more, and recovery is
 * promised within five seconds. For the apps, all of whose questions are short.
 */
export const SILENCE_MAX_MS = 3_500;

/** Connection settings that postgres.js and pg understand alike. */
export function databaseAddress(environment: Environment) {
  const verified = { rejectUnauthorized: true, servername: environment.DATABASE_HOST };
  const ssl = {
    false: false as const,
    disable: false as const,
    require: { rejectUnauthorized: false },
    'verify-full': verified,
    true: verified,
  }[environment.DATABASE_SSL];
  return {
    host: environment.DATABASE_HOST,
    port: environment.DATABASE_PORT,
    database: environment.DATABASE_NAME,
    user: environment.DATABASE_USER,
    password: environment.DATABASE_PASSWORD,
    ssl,
  };
}

/**
 * A pool that connects when it is first used, heals by itself, and never waits long for a server to come back.
 * @param silenceMaxMs drops connections that leave a question unanswered for so long; null: questions may take long
 */
export function createSql(
  environment: Environment,
  onNotice: (message: string) => void = () => {},
  silenceMaxMs: number | null = null,
): Sql {
  const { DATABASE_HOST: host, DATABASE_PORT: port } = environment;
  const sql = postgres({
    ...databaseAddress(environment),
    max: environment.DATABASE_POOL_SIZE,
    prepare: environment.DATABASE_PREPARE,
    // On each new connection postgres.js would ask for the types of arrays, which we do not use; where the server goes
    // at that moment, the error is not caught and ends the process.
    fetch_types: false,
    connect_timeout: DATABASE_TIMEOUT_MS / 1_000,
    // Seconds between attempts to connect; the default climbs to minutes, and recovery is promised within five.
    backoff: () => 0.2 + Math.random() * 0.3,
    idle_timeout: 300,
    max_lifetime: 1_800,
    keep_alive: 10,
    ...(silenceMaxMs === null || host.startsWith('/')
      ? {}
      : { socket: () => connectWatched(host, port, silenceMaxMs) }),
    connection: { ...SESSION_SETTINGS },
    onnotice: (notice) => onNotice(String(notice['message'])),
    transform: { undefined: null },
  });
  sendSettings(sql);
  return sql;
}

/**
 * Runs a query with a deadline on our side.
 * @throws {Unavailable} when PostgreSQL is down, frozen, starting, stopping or read-only
 */
export async function inTime<T extends readonly (Row | undefined)[]>(
  query: PendingQuery<T>,
  timeoutMs = DATABASE_TIMEOUT_MS,
): Promise<RowList<T>> {
  const verb = verbOf(query);
  const leave = carrierOf(query);
  askAgainIfUnsent(query);
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': verb };
  try {
    return await traced(`postgresql ${verb}`, SpanKind.CLIENT, attributes, () =>
      within(query.execute(), timeoutMs, () => {
        leaveLine(query);
        return new Unavailable('database', `no answer within ${timeoutMs} ms`);
      }),
    );
  } catch (error) {
    if ((error as { code?: string }).code === READ_ONLY) leave();
    heedRefusal(error);
    throw asOutage(error);
  }
}

/**
 * Repeats a statement that changes up to `size` rows until there are no more: each has a deadline, and an outage leaves
 * many rows. Resolves to how many were changed. @throws {Unavailable} what was changed until then stays changed
 */
export async function inBatches(
  size: number,
  change: (size: number) => PendingQuery<Row[]>,
): Promise<number> {
  for (let changed = 0; ;) {
    const { count } = await inTime(change(size));
    changed += count;
    if (count < size) return changed;
  }
}

/**
 * Remembers which connection the query goes out on. What is returned ends that connection once everything sent on it
 * is answered; the next one is a new one, and finds the server that takes writes.
 */
function carrierOf(query: unknown): () => void {
  let carrier: { end(): unknown } | undefined;
  const { options } = query as { options: { onexecute?: (connection: { end(): unknown }) => boolean } };
  options.onexecute = (connection) => {
    carrier = connection;
    return true;
  };
  return () => carrier?.end();
}

/**
 * Takes the query out of the line, if no connection has it yet. One that was sent is left alone: postgres.js sends
 * several after another on one connection, a cancel request would hit whichever is running by then, and when it
 * cancels one that waits behind another it forgets that an answer will come, and gives it to the next in line.
 */
function leaveLine(query: unknown): void {
  const { canceller, state } = query as {
    canceller: ((query: unknown) => Promise<void>) | null;
    state: unknown;
  };
  if (state === null) canceller?.(query).catch(() => {});
}

/** A list of ids as one parameter, however many there are: array types are not fetched, so it travels as text. */
export const uuids = (sql: Sql, ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::text::uuid[]`;

/** First word of the statement, such as `select`. */
function verbOf(query: unknown): string {
  const { strings } = query as { strings?: readonly string[] };
  return /^\s*([a-z]+)/i.exec(strings?.[0] ?? '')?.[1]?.toLowerCase() ?? 'query';
}
