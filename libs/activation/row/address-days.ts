import type { Fragment, Sql } from '@app/runtime';
import { CODE_DIGITS_MAX } from '../domain/activation-code';

// Parts of statements that count failed attempts and mails of an address per day, as SQL.

/** Failed attempts per day that make an address's next codes one digit longer. */
export const WRONG_TRIES_PER_DIGIT = 10;
/** Maximum number of counted failed attempts; a code grows by at most four digits. */
const WRONG_TRIES_MAX = 64;

/**
 * Length of an address's next code: the usual one, plus one digit for every ten failed attempts during the last day.
 * Someone who guesses faces ever longer codes; the owner, who reads them in the mail, types one more digit.
 * @param email SQL of the address, such as a column
 */
export const nextCodeDigits = (sql: Sql, email: string, usualDigits: number): Fragment =>
  sql.unsafe(`
  least(${CODE_DIGITS_MAX}, ${usualDigits} + coalesce((
    select count(*) from address_days, unnest(wrong_tries) as at
    where digest = ${addressDigest(email)} and at > now() - interval '1 day'), 0)::int / ${WRONG_TRIES_PER_DIGIT})`);

/** Statement that counts a failed attempt for each row of `from` (email). */
export const countWrongTries = (sql: Sql, from: string): Fragment =>
  sql.unsafe(`
  insert into address_days as days (digest, wrong_tries, changed_at)
  select ${addressDigest('tried.email')}, array[now()], now() from ${from} as tried
  on conflict (digest) do update set changed_at = now(),
    wrong_tries = array(select at from unnest(days.wrong_tries || now()) as at
                        where at > now() - interval '1 day' order by at desc limit ${WRONG_TRIES_MAX})`);

const countOfToday = (mails: string): string =>
  `(select count(*) from unnest(${mails}) as at where at > now() - interval '1 day')`;

/**
 * Statement that counts a mail for the mailbox of each row of `from` (email), up to the daily limit: only counted
 * mails are sent. Null: mails are not limited. An operator's mail is counted beyond the limit.
 */
export const countMails = (sql: Sql, from: string, dayLimit: number | null, beyondLimit = false): Fragment =>
  sql.unsafe(
    dayLimit === null
      ? 'select'
      : `
  insert into address_days as days (digest, mails, changed_at)
  select ${mailboxDigest('promised.email')}, array[now()], now() from ${from} as promised
  on conflict (digest) do update set changed_at = now(),
    mails = array(select at from unnest(days.mails || now()) as at where at > now() - interval '1 day' order by at
                  limit greatest(${dayLimit}, ${countOfToday('days.mails')} + ${beyondLimit ? 1 : 0}))`,
  );

/** The mailbox has reached its daily limit, so the next mail would be withheld. */
export const hasFullMailbox = (sql: Sql, dayLimit: number | null): Fragment =>
  sql.unsafe(
    dayLimit === null
      ? 'false'
      : `
  exists (select from address_days
          where digest = ${mailboxDigest('users.email')} and ${countOfToday('mails')} >= ${dayLimit})`,
  );

/** The mailbox had reached its daily limit when this mail was promised. Only for claimed mails. */
export const exceedsMailbox = (sql: Sql, dayLimit: number | null): Fragment =>
  sql.unsafe(
    dayLimit === null
      ? 'false'
      : `
  exists (select from address_days
          where digest = ${mailboxDigest('users.email')} and users.mail_owed_since <> all(mails)
            and (select count(*) from unnest(mails) as at
                 where at > users.mail_owed_since - interval '1 day') >= ${dayLimit})`,
  );

/** Keys under which `address_days` counts an address: as it is, and without its plus tag and dots. */
export function countKeys(sql: Sql, email: string | null): Fragment {
  const [first = '', second = '', end = ''] = `${addressDigest('$')}, ${mailboxDigest('$')}`.split('$');
  return sql`${sql.unsafe(first)}${email}::text${sql.unsafe(second)}${email}::text${sql.unsafe(end)}`;
}

const addressDigest = (email: string): string => `sha256(convert_to(${email}, 'UTF8'))`;
/** Many providers deliver name+tag@… to name@…, and Gmail ignores dots before the @: one mailbox has many addresses. */
const mailboxDigest = (email: string): string =>
  addressDigest(`regexp_replace(${email}, '\\+[^@]*(?=@)|\\.(?=[^@]*@)', '', 'g')`);
