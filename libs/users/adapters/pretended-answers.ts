import { accountRow } from '@app/activation';
import type { Sql } from '@app/runtime';
import type { NewUser, PretendedRegistration } from '../domain/user-repository';

/** Answers to registrations of one taken address that are kept, the newest. */
const PRETENDED_MAX = 8;

export interface PretendedRow {
  readonly digest: string | null;
  readonly id: string;
  readonly at: string;
  readonly digits: number;
}

/** What a free address is told, by the same clocks: the caller's id, PostgreSQL's time. */
export const freshAnswer = (sql: Sql, { id, email, code, requestDigest }: NewUser) => sql`
  jsonb_build_object('digest', ${requestDigest?.toString('hex') ?? null}::text, 'id', ${id}::text,
    'at', now(), 'digits', ${accountRow.nextCodeDigits(sql, sql`${email}::text`, code.digits)})`;

/**
 * Statements that end in `instead`: the answer is kept with the taken row, and a repeated request gets the one it had. A
 * registration would have died by then and been replaced: so what was kept goes when the oldest is as old as that. They
 * stand behind `added`, which is empty where the address is taken.
 */
export function pretendedAnswer(sql: Sql, user: NewUser, lifeSeconds: number) {
  const digest = user.requestDigest?.toString('hex') ?? null;
  const fresh = freshAnswer(sql, user);
  return sql`
    known as (
      select answer from users, jsonb_array_elements(users.pretended) as answer
      where users.email = ${user.email} and answer ->> 'digest' = ${digest}
    ), kept as (
      update users set pretended =
        case when (users.pretended -> 0 ->> 'at')::timestamptz > now() - make_interval(secs => ${lifeSeconds})
             then jsonb_path_query_array(users.pretended, ${`$[last - ${PRETENDED_MAX - 2} to last]`}::jsonpath)
             else '[]' end || ${fresh}
      where users.email = ${user.email} and ${digest}::text is not null
        and not exists (select from added) and not exists (select from known)
    ), instead as (select coalesce((select answer from known limit 1), ${fresh}) as answer)`;
}

export const toPretended = ({ digest, id, at, digits }: PretendedRow): PretendedRegistration => ({
  digest,
  id,
  createdAt: new Date(at),
  digits,
});
