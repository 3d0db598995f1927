import type postgres from 'postgres';

/** Settings that PgBouncer keeps apart for each of its clients, whatever the pool mode. */
const TRACKED = {
  application_name: 'user-registration',
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};

/** Settings that PgBouncer refuses at the start of a connection, unless `ignore_startup_parameters` names them. */
const UNTRACKED = {
  search_path: 'public',
  default_transaction_isolation: 'read committed',
  // The deadline of a question is kept on our side: a frozen server would not keep its own.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  // An answer is given after the commit is on disk. Source: PostgreSQL manual, "Asynchronous Commit".
  synchronous_commit: 'on',
  bytea_output: 'hex',
  IntervalStyle: 'postgres',
};

/**
 * What every connection says as it begins. It outranks the settings of server, database and role, which may differ
 * from what the statements and the driver's parsers rely on. (postgres.js adds `client_encoding`.)
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = { ...TRACKED, ...UNTRACKED };

const connectionsOf = new Set<Record<string, unknown>>();

/** Has the pool send the settings; it is told where PgBouncer refuses them. */
export function sendSettings(sql: postgres.Sql): void {
  // postgres.js reads this object each time it connects.
  connectionsOf.add((sql.options as { connection: Record<string, unknown> }).connection);
}

/**
 * Where PgBouncer has refused a setting, the pools of this process send from now on what it passes on.
 * @param error what a question was answered with
 */
export function heedRefusal(error: unknown): void {
  if (!(error instanceof Error) || !error.message.includes('unsupported startup parameter')) return;
  for (const connection of connectionsOf) {
    for (const name of Object.keys(UNTRACKED)) Reflect.deleteProperty(connection, name);
  }
}

/** PostgreSQL's own default. Where no schema has the role's name, it is `public` and nothing else. */
const DEFAULT_SEARCH_PATH = '"$user", public';

/**
 * Settings of the current session that are not as they should be, as `name = value`.
 * @param findsPublic whether names without a schema are those of `public`, and of no other schema
 */
export function differingSettings(found: Readonly<Record<string, string>>, findsPublic: boolean): string[] {
  return Object.entries(UNTRACKED)
    .filter(([name, wanted]) => found[name] !== undefined && found[name] !== wanted)
    .filter(([name]) => !(name === 'synchronous_commit' && found[name] === 'remote_apply'))
    .filter(([name]) => !(name === 'search_path' && found[name] === DEFAULT_SEARCH_PATH && findsPublic))
    .map(([name]) => `${name} = ${found[name] ?? ''}`);
}

/** The line for pgbouncer.ini that has every server connection begin with the settings. */
export const connectQuery = (): string =>
  `connect_query='${Object.entries(UNTRACKED)
    .map(([name, value]) => `set ${name} = ''${value}''`)
    .join('; ')}'`;

/** Names of the settings to compare, for a query. */
export const UNTRACKED_NAMES = Object.keys(UNTRACKED);

/** How often a question is handed to the pool again: once for a refused setting, once for the words of another question. */
const RETRIES_MAX = 2;

/**
 * What PostgreSQL or PgBouncer say as they end a connection: administrator, crash, idle time-outs, and PgBouncer's protocol
 * error, by which it also refuses a setting. Source: appendix A of the PostgreSQL manual.
 */
const LAST_WORDS = /^(57P01|57P02|57P05|25P03|08P01)$/;

/** What postgres.js keeps of a question. */
interface Question {
  /** Null until a connection has sent it. */
  readonly state: unknown;
  readonly cancelled: unknown;
  readonly handler: (question: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Hands a question to the pool again where it was refused before any connection had sent it: it has provably not run.
 * postgres.js (3.4.9) keeps the last words of a connection that was ended under a question, and refuses with them the next
 * question that opens this connection, however much later.
 */
export function askAgainIfUnsent(query: unknown): void {
  const question = query as Question;
  const { reject } = question;
  let retries = 0;
  question.reject = (error) => {
    const { code } = error as { code?: string };
    const unsent = question.state === null && !question.cancelled;
    if (!unsent || retries === RETRIES_MAX || !LAST_WORDS.test(code ?? '')) {
      reject(error);
      return;
    }
    retries += 1;
    heedRefusal(error);
    // The connection is open, and first in line, as soon as this call has returned to it.
    queueMicrotask(() => question.handler(question));
  };
}
