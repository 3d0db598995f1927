import { accountRow, mailsOfADay, resendWaitSeconds, type CodeRow } from '@app/activation';
import { recordEvent, type AccountChange } from '@app/events';
import { inTime, traceParent, type Environment, type Sql } from '@app/runtime';
import type { EmailAddress } from '../domain/email-address';
import type { NewUser, PretendedRegistration } from '../domain/user-repository';

const { codeColumns, countMails, isDead, nextCodeDigits, owesNewCode } = accountRow;

export interface UserRow extends CodeRow {
  readonly id: string;
  readonly email: EmailAddress;
  readonly created_at: Date;
  readonly activated_at: Date | null;
}

/** The columns of the account are null if the address is taken. */
export type AddedRow = {
  /** The answer in concealed mode; null otherwise. */
  readonly instead: KeptRow | null;
  /** Whether `instead` is the earlier answer to the same request. */
  readonly known: boolean;
  /** Whether the statement saw the row with the address; it does not see a row that was added concurrently. */
  readonly held: boolean;
} & { [column in keyof UserRow]: UserRow[column] | null };

/**
 * The one statement of a registration: account, code, owed mail, and event. If the address is taken and `pretend` is
 * set, it stores the answer to a repeatable request.
 */
export async function addRegistration(
  sql: Sql,
  environment: Environment,
  user: NewUser,
  pretend: boolean,
): Promise<AddedRow> {
  const { id, email, passwordHash, code, locale, requestId, requestDigest } = user;
  // `held` waits for the lock on the row and sees its newest version, so the replaced id is current. The unique index
  // decides who gets the address, and a registration is replaced only if it is dead at that moment.
  const [row] = await inTime(
    sql<AddedRow[]>`
        with held as (
          select id, email, created_at, activated_at,
                 ${pretend ? repeatableAnswers(sql, environment) : sql`null`} as pretended
          from users where email = ${email} for update
        ), added as (
          insert into users as held_by (id, email, password_hash, mail_id, code_digits, code_key_id, mail_due_at, locale,
                                        request_id, trace_parent, request_digest, pretended)
          select ${id}::uuid, looked.email, ${passwordHash}, ${code.mailId}::uuid,
                 ${nextCodeDigits(sql, 'looked.email', code.digits)}, ${code.keyId}, now(), ${locale},
                 ${requestId}, ${traceParent()}, ${requestDigest}::bytea,
                 ${pretend && requestDigest !== null ? sql`jsonb_build_array(${freshAnswer(sql, user)})` : sql`'[]'`}
          from (select ${email}::text as email, count(*) from held) as looked
          on conflict (email) do update set
            id = excluded.id, password_hash = excluded.password_hash, created_at = now(),
            request_digest = excluded.request_digest, code_resends = 0, code_early_resend = 'unused',
            replaced_code = null, ${pretend ? keepsAnswer(sql, user, 'held_by') : sql`pretended = '[]'`},
            ${owesNewCode(sql, code, user, 'held_by')}
          where ${isDead(sql, 'held_by')}
          returning held_by.*
        ), counted as (${countMails(sql, 'added', mailsOfADay(environment))}),
        told as (${recordEvent(sql, environment, ...EVENTS)}),
        ${pretend ? pretendedAnswer(sql, user) : sql`answered as (select null::jsonb as instead, false as known)`}
        select added.id, added.email, added.created_at, added.activated_at, ${codeColumns(sql, resendWaitSeconds(environment), 'added')},
               answered.instead, answered.known, exists (select from held) as held
        from answered left join added on true`,
  );
  if (row === undefined) throw new Error('The statement that adds an account returned no row');
  return row;
}

const request = { columns: 'changed.request_id, changed.trace_parent' };
/** In this order: a registration that gave way, and the new one. */
const EVENTS: readonly [AccountChange, AccountChange] = [
  {
    type: 'user.replaced',
    from: '(select held.*, added.id as replaced_by, added.request_id, added.trace_parent from held cross join added)',
    request,
    replacedBy: 'changed.replaced_by',
  },
  { type: 'user.registered', from: 'added', request },
];

const digestOf = ({ requestDigest }: NewUser): string | null => requestDigest?.toString('hex') ?? null;

/**
 * Statements for concealed mode: the earlier answer to the same request, or a new one. A taken row stores the new one if
 * the request can be repeated.
 */
const pretendedAnswer = (sql: Sql, user: NewUser) => sql`
  known as (
    select answer from held, jsonb_array_elements(held.pretended) as answer
    where answer ->> 'digest' = ${digestOf(user)} limit 1
  ), kept as (
    update users set ${keepsAnswer(sql, user, 'users')}
    where ${user.requestDigest !== null} and users.email = ${user.email}
      and not exists (select from added) and not exists (select from known)
  ), answered as (
    select coalesce(known.answer, ${freshAnswer(sql, user)}) as instead, known.answer is not null as known
    from (select) as one left join known on true
  )`;

/** Number of answers that a row keeps, newest first. */
const KEPT_MAX = 8;

export interface KeptRow {
  readonly digest: string | null;
  readonly id: string;
  readonly at: string;
  readonly digits: number;
}

/** The response to a registration: the caller's id and PostgreSQL's time. */
const freshAnswer = (sql: Sql, user: NewUser) => sql`
  (select jsonb_build_object('digest', ${digestOf(user)}::text, 'id', ${user.id}::text, 'at', now(),
     'digits', ${nextCodeDigits(sql, 'given.email', user.code.digits)})
   from (select ${user.email}::text as email) as given)`;

/**
 * Assignment: the row also stores this answer. In concealed mode new and taken rows both do, whatever happens to the
 * registration later, so that repeating a request reveals nothing.
 */
const keepsAnswer = (sql: Sql, user: NewUser, row: string) =>
  user.requestDigest === null
    ? sql.unsafe(`pretended = ${row}.pretended`)
    : sql`
  pretended = jsonb_path_query_array(${sql.unsafe(row)}.pretended, ${`$[last - ${KEPT_MAX - 2} to last]`}::jsonpath)
    || ${freshAnswer(sql, user)}`;

/**
 * The stored answers of a row that can still be repeated. They are kept as long as an expired registration stays in
 * the table, so that the answer for a taken address is not remembered longer than that for a free one. A
 * registration's own answer is dropped at its activation.
 */
export const repeatableAnswers = (
  sql: Sql,
  { ACTIVATION_CODE_EXPIRY_SECONDS: life, PURGE_OLDER_THAN_SECONDS: kept }: Environment,
) => sql`
  case when users.pretended = '[]' then '[]' else (
    select coalesce(jsonb_agg(answer order by place), '[]')
    from jsonb_array_elements(users.pretended) with ordinality as kept(answer, place)
    where (answer ->> 'at')::timestamptz > now() - make_interval(secs => ${Math.max(life, kept)})
      and (users.activated_at is null or answer ->> 'id' <> users.id::text)) end`;

export const toRegistration = ({ digest, id, at, digits }: KeptRow): PretendedRegistration => ({
  digest,
  id,
  createdAt: new Date(at),
  digits,
});
