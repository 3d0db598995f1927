import { inTime, type Sql } from '@app/runtime';

/** Settings that an operator or another program may have given the database or the role. */
export const HOSTILE_SETTINGS: readonly (readonly [string, string])[] = [
  ['datestyle', "'German'"],
  ['datestyle', "'SQL, DMY'"],
  ['datestyle', "'Postgres, DMY'"],
  ['timezone', "'Pacific/Chatham'"],
  ['client_encoding', "'LATIN1'"],
  ['search_path', "'nowhere'"],
  ['search_path', "'pg_temp'"],
  ['default_transaction_isolation', "'serializable'"],
  ['default_transaction_isolation', "'repeatable read'"],
  ['statement_timeout', "'20ms'"],
  ['lock_timeout', "'1ms'"],
  ['idle_in_transaction_session_timeout', "'1ms'"],
  ['idle_session_timeout', "'1ms'"],
  ['synchronous_commit', "'off'"],
  ['bytea_output', "'escape'"],
  ['intervalstyle', "'sql_standard'"],
  ['standard_conforming_strings', "'off'"],
];

/** Settings that the statements and the driver's parsers rely on, tested by using them. */
export async function useSession(sql: Sql): Promise<unknown> {
  const at = new Date('2026-03-04T05:06:07.890Z');
  const [row] = await inTime(sql<Record<string, unknown>[]>`
    select ${at}::timestamptz as at, 'é€' as text, '\\x00ff'::bytea as bytes, '\\d' as pattern,
           current_setting('transaction_isolation') as isolation, current_setting('synchronous_commit') as commits,
           current_setting('idle_session_timeout') as idle,
           to_regclass('users') is not null as schema, pg_sleep(0.05) is null as slept`);
  return row;
}

export const USABLE_SESSION = {
  at: new Date('2026-03-04T05:06:07.890Z'),
  text: 'é€',
  bytes: Buffer.from([0, 255]),
  pattern: '\\d',
  isolation: 'read committed',
  commits: 'on',
  idle: '0',
  schema: true,
  slept: false,
};
