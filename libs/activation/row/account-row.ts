import { traceParent, type Fragment, type Sql } from '@app/runtime';
import {
  type IssuedCode,
  HELD_WITHOUT_MAIL_SECONDS,
  REPLACED_CODE_SECONDS,
  type OwedFrom,
} from '../domain/activation-code';
import { nextCodeDigits } from './address-days';

export * from './address-days';

// Conditions and assignments on rows of `users` that all statements share, as SQL. They take the name under which the
// statement knows the table: inside `on conflict do update`, a bare column is ambiguous. Parts without parameters are
// constant texts: postgres.js makes a promise of each nested fragment, and what it holds is freed only by a full garbage
// collection. The numbers in them are constants of the program and of its configuration.

const aliveSql = (row: string): string => `coalesce(${row}.code_expires_at > now(), false)`;

/** The mail is still to be sent, or is silently withheld. */
const unsentSql = (row: string): string =>
  `(${row}.mail_due_at is not null or ${row}.mail_withheld_at is not null)`;

/** A new code extends the hour only if the previous mail was sent, so repeated requests cannot block the address. */
const waitsForMailSql = (row: string): string => `
  (${unsentSql(row)}
   and case when ${row}.replaced_code is null then ${row}.created_at else ${row}.mail_owed_since end
       > now() - make_interval(secs => ${HELD_WITHOUT_MAIL_SECONDS}))`;

/** The code can be redeemed: its mail has been or is being handed over, and it has not expired. */
export const isAlive = (sql: Sql, row = 'users'): Fragment => sql.unsafe(aliveSql(row));

/** The next registration of the address replaces this one. */
export const isDead = (sql: Sql, row = 'users'): Fragment =>
  sql.unsafe(`(${row}.activated_at is null and not ${aliveSql(row)} and not ${waitsForMailSql(row)})`);

/** The registration expired before that time and no mail is owed, so it can be deleted. */
export const diedBefore = (sql: Sql, moment: Fragment): Fragment => sql`
  (users.activated_at is null and users.mail_due_at is null and users.created_at < ${moment}
   and coalesce(users.code_expires_at, users.mail_given_up_at,
                users.mail_withheld_at + make_interval(secs => ${HELD_WITHOUT_MAIL_SECONDS})) < ${moment})`;

/** The mail was sent, and the code became invalid unused: by expiry or by failed attempts. */
export const hasExpiredUnused = (sql: Sql): Fragment => sql`
  (users.activated_at is null and users.mail_due_at is null
   and users.code_expires_at <= now())`;

/** Assignments: a mail is owed from now on. Without a given language, the owner's language stays. */
export const owesMailNow = (
  sql: Sql,
  mailId: string,
  { locale, requestId }: OwedFrom,
  row = 'users',
): Fragment => sql`
  mail_id = ${mailId}, mail_due_at = now(), mail_owed_since = now(), mail_sent_at = null, mail_given_up_at = null,
  mail_withheld_at = null, mail_attempts = 0, mail_last_error = null,
  locale = coalesce(${locale ?? null}::text, ${sql.unsafe(row)}.locale), request_id = ${requestId},
  trace_parent = ${traceParent()}`;

/** Assignments: a new code is owed from now on, with all its attempts. */
export const owesNewCode = (
  sql: Sql,
  { mailId, digits, keyId }: IssuedCode,
  from: OwedFrom,
  row = 'users',
): Fragment => sql`
  ${owesMailNow(sql, mailId, from, row)},
  code_digits = ${nextCodeDigits(sql, `${row}.email`, digits)}, code_key_id = ${keyId},
  code_wrong_tries = 0, code_expires_at = null`;

/** Assignment: remembers the previous code, if its mail was sent. Used together with `owesNewCode`. */
export const remembersReplacedCode = (sql: Sql): Fragment => sql`
  replaced_code = case when users.mail_sent_at is not null then jsonb_build_object('mail_id', users.mail_id,
    'digits', users.code_digits, 'key_id', users.code_key_id, 'sent_at', users.mail_sent_at) end`;

/** Columns of a `CodeRow`. */
export const codeColumns = (sql: Sql, waitSeconds: number, row = 'users'): Fragment =>
  sql.unsafe(`
  ${row}.mail_id, ${row}.code_digits, ${row}.code_key_id, ${row}.code_resends, ${row}.code_wrong_tries,
  case when ${row}.mail_due_at is not null or ${waitsForMailSql(row)} then 'owed'
       when ${aliveSql(row)} then 'sent' else 'dead' end as code_state,
  ${row}.code_expires_at,
  case when ${row}.code_resends = 0 then ${row}.created_at
       when ${row}.code_early_resend = 'open' then ${row}.mail_owed_since
       else ${row}.mail_owed_since + make_interval(secs => ${waitSeconds}) end as resend_allowed_at,
  ${row}.code_early_resend = 'open' as resends_early,
  case when (${row}.replaced_code ->> 'sent_at')::timestamptz
            > now() - make_interval(secs => ${REPLACED_CODE_SECONDS})
       then ${row}.replaced_code end as replaced_code`);

/** The names of `codeColumns` in the same order. */
export const codeColumnNames = (sql: Sql): Fragment =>
  sql.unsafe(`
  mail_id, code_digits, code_key_id, code_resends, code_wrong_tries, code_state, code_expires_at, resend_allowed_at,
  resends_early, replaced_code`);
