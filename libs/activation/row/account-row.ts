import { traceParent, type Fragment, type Sql } from '@app/runtime';
import {
  type IssuedCode,
  HELD_WITHOUT_MAIL_SECONDS,
  REPLACED_CODE_SECONDS,
  type OwedFrom,
} from '../domain/activation-code';

// Conditions and assignments on rows of `users` that all statements share, as SQL. They take the name under which the
// statement knows the table: inside `on conflict do update`, a bare column is ambiguous.

/** The code can be redeemed: its mail has been or is being handed over, and it has not expired. */
export const isAlive = (sql: Sql, row = 'users'): Fragment => sql`
  coalesce(${sql(row)}.code_expires_at > now(), false)`;

/** The mail is still to be sent, or is silently withheld. */
const isUnsent = (sql: Sql, row: string): Fragment => sql`
  (${sql(row)}.mail_due_at is not null or ${sql(row)}.mail_withheld_at is not null)`;

/** A new code extends the hour only if the previous mail was sent, so repeated requests cannot block the address. */
const waitsForMail = (sql: Sql, row: string): Fragment => sql`
  (${isUnsent(sql, row)}
   and case when ${sql(row)}.replaced_code is null then ${sql(row)}.created_at else ${sql(row)}.mail_owed_since end
       > now() - make_interval(secs => ${HELD_WITHOUT_MAIL_SECONDS}))`;

/** The next registration of the address replaces this one. */
export const isDead = (sql: Sql, row = 'users'): Fragment => sql`
  (${sql(row)}.activated_at is null and not ${isAlive(sql, row)} and not ${waitsForMail(sql, row)})`;

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
  locale = coalesce(${locale ?? null}::text, ${sql(row)}.locale), request_id = ${requestId},
  trace_parent = ${traceParent()}`;

/** Assignments: a new code is owed from now on, with all its attempts. */
export const owesNewCode = (
  sql: Sql,
  { mailId, digits, keyId }: IssuedCode,
  from: OwedFrom,
  row = 'users',
): Fragment => sql`
  ${owesMailNow(sql, mailId, from, row)},
  code_digits = ${nextCodeDigits(sql, sql`${sql(row)}.email`, digits)}, code_key_id = ${keyId},
  code_wrong_tries = 0, code_expires_at = null`;

/** Assignment: remembers the previous code, if its mail was sent. Used together with `owesNewCode`. */
export const remembersReplacedCode = (sql: Sql): Fragment => sql`
  replaced_code = case when users.mail_sent_at is not null then jsonb_build_object('mail_id', users.mail_id,
    'digits', users.code_digits, 'key_id', users.code_key_id, 'sent_at', users.mail_sent_at) end`;

/** Columns of a `CodeRow`. */
export const codeColumns = (sql: Sql, waitSeconds: number, row = 'users'): Fragment => sql`
  ${sql(row)}.mail_id, ${sql(row)}.code_digits, ${sql(row)}.code_key_id, ${sql(row)}.code_resends, ${sql(row)}.code_wrong_tries,
  case when ${sql(row)}.mail_due_at is not null or ${waitsForMail(sql, row)} then 'owed'
       when ${isAlive(sql, row)} then 'sent' else 'dead' end as code_state,
  ${sql(row)}.code_expires_at,
  case when ${sql(row)}.code_resends = 0 then ${sql(row)}.created_at
       when ${sql(row)}.code_early_resend = 'open' then ${sql(row)}.mail_owed_since
       else ${sql(row)}.mail_owed_since + make_interval(secs => ${waitSeconds}) end as resend_allowed_at,
  ${sql(row)}.code_early_resend = 'open' as resends_early,
  case when (${sql(row)}.replaced_code ->> 'sent_at')::timestamptz
            > now() - make_interval(secs => ${REPLACED_CODE_SECONDS})
       then ${sql(row)}.replaced_code end as replaced_code`;

/** The names of `codeColumns` in the same order. */
export const codeColumnNames = (sql: Sql): Fragment => sql`
  mail_id, code_digits, code_key_id, code_resends, code_wrong_tries, code_state, code_expires_at, resend_allowed_at,
  resends_early, replaced_code`;

/** Failed attempts per day that make an address's next codes one digit longer. */
export const WRONG_TRIES_PER_DIGIT = 10;
/** Maximum length of a code, in digits, and of counted failed attempts: a code grows by at most four digits. */
const CODE_DIGITS_MAX = 8;
const WRONG_TRIES_MAX = 64;

/**
 * Length of an address's next code: the usual one, plus one digit for every ten failed attempts during the last day.
 * Someone who guesses faces ever longer codes; the owner, who reads them in the mail, types one more digit.
 */
export const nextCodeDigits = (sql: Sql, email: Fragment, usualDigits: number): Fragment => sql`
  least(${CODE_DIGITS_MAX}, ${usualDigits}::int + coalesce((
    select count(*) from address_days, unnest(wrong_tries) as at
    where digest = ${addressDigest(sql, email)} and at > now() - interval '1 day'), 0)::int / ${WRONG_TRIES_PER_DIGIT})`;

/** Statement that counts a failed attempt for each row of `from` (email). */
export const countWrongTries = (sql: Sql, from: Fragment): Fragment => sql`
  insert into address_days as days (digest, wrong_tries, changed_at)
  select ${addressDigest(sql, sql`tried.email`)}, array[now()], now() from ${from} as tried
  on conflict (digest) do update set changed_at = now(),
    wrong_tries = array(select at from unnest(days.wrong_tries || now()) as at
                        where at > now() - interval '1 day' order by at desc limit ${WRONG_TRIES_MAX})`;

const countOfToday = (sql: Sql, mails: Fragment): Fragment => sql`
  (select count(*) from unnest(${mails}) as at where at > now() - interval '1 day')`;

/**
 * Statement that counts a mail for the mailbox of each row of `from` (email), up to the daily limit: only counted
 * mails are sent. Null: mails are not limited. An operator's mail is counted beyond the limit.
 */
export const countMails = (
  sql: Sql,
  from: Fragment,
  dayLimit: number | null,
  beyondLimit = false,
): Fragment =>
  dayLimit === null
    ? sql`select`
    : sql`
  insert into address_days as days (digest, mails, changed_at)
  select ${mailboxDigest(sql, sql`promised.email`)}, array[now()], now() from ${from} as promised
  on conflict (digest) do update set changed_at = now(),
    mails = array(select at from unnest(days.mails || now()) as at where at > now() - interval '1 day' order by at
                  limit greatest(${dayLimit}::bigint,
                                 ${countOfToday(sql, sql`days.mails`)} + ${beyondLimit ? 1 : 0}::int))`;

/** The mailbox has reached its daily limit, so the next mail would be withheld. */
export const hasFullMailbox = (sql: Sql, dayLimit: number | null): Fragment =>
  dayLimit === null
    ? sql`false`
    : sql`
  exists (select from address_days
          where digest = ${mailboxDigest(sql, sql`users.email`)}
            and ${countOfToday(sql, sql`mails`)} >= ${dayLimit})`;

/** The mailbox had reached its daily limit when this mail was promised. Only for claimed mails. */
export const exceedsMailbox = (sql: Sql, dayLimit: number | null): Fragment =>
  dayLimit === null
    ? sql`false`
    : sql`
  exists (select from address_days
          where digest = ${mailboxDigest(sql, sql`users.email`)} and users.mail_owed_since <> all(mails)
            and (select count(*) from unnest(mails) as at
                 where at > users.mail_owed_since - interval '1 day') >= ${dayLimit})`;

/** Keys under which `address_days` counts an address: as it is, and without its plus tag and dots. */
export const countKeys = (sql: Sql, email: Fragment): Fragment => sql`
  ${addressDigest(sql, email)}, ${mailboxDigest(sql, email)}`;

const addressDigest = (sql: Sql, email: Fragment): Fragment => sql`sha256(convert_to(${email}, 'UTF8'))`;
/** Many providers deliver name+tag@… to name@…, and Gmail ignores dots before the @: one mailbox has many addresses. */
const mailboxDigest = (sql: Sql, email: Fragment): Fragment =>
  addressDigest(sql, sql`regexp_replace(${email}, '\\+[^@]*(?=@)|\\.(?=[^@]*@)', '', 'g')`);
