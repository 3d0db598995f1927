import type { Fragment, Sql } from '@app/runtime';
import type {
  AccountDetails,
  AccountEntry,
  AccountFilter,
  CodeDetails,
  MailDetails,
} from '../domain/account-directory';

/** Columns of an `AccountEntry`. */
export const entryColumns = (sql: Sql) => sql`
  id, email, created_at as "createdAt", activated_at as "activatedAt",
  case when activated_at is not null then 'activated'
       when mail_given_up_at is not null then 'undeliverable'
       else 'pending' end as state`;

/** Condition of a filter. */
export function matches(sql: Sql, { state, since, until }: AccountFilter): Fragment {
  const inState = {
    pending: sql`activated_at is null and mail_given_up_at is null`,
    activated: sql`activated_at is not null`,
    undeliverable: sql`activated_at is null and mail_given_up_at is not null`,
  };
  return sql`
    ${state === undefined ? sql`true` : inState[state]}
    ${since === undefined ? sql`` : sql`and created_at >= ${since}`}
    ${until === undefined ? sql`` : sql`and created_at < ${until}`}`;
}

export interface DetailsRow
  extends
    AccountEntry,
    Pick<AccountDetails, 'now' | 'locale' | 'requestId'>,
    Omit<MailDetails, 'id'>,
    CodeDetails {
  readonly mailId: string | null;
}

/** Columns of a `DetailsRow`. While a mail is owed or being sent, its code has no fixed expiry. */
export const detailsColumns = (sql: Sql) => sql`
  ${entryColumns(sql)}, now() as now, locale, request_id as "requestId",
  mail_id as "mailId", mail_owed_since as "owedSince", mail_due_at as "nextTryAt", mail_sent_at as "sentAt",
  mail_given_up_at as "givenUpAt", mail_attempts as attempts, mail_last_error as "lastAnswer",
  case when mail_due_at is null then code_expires_at end as "expiresAt", code_digits as digits,
  code_wrong_tries as "wrongTries", code_resends as "newCodesUsed"`;

export function toDetails(row: DetailsRow): AccountDetails {
  const { mailId: id, owedSince, nextTryAt, sentAt, givenUpAt, attempts, lastAnswer, ...rest } = row;
  const { expiresAt, digits, wrongTries, newCodesUsed, ...account } = rest;
  return {
    ...account,
    mail: id === null ? null : { id, owedSince, nextTryAt, sentAt, givenUpAt, attempts, lastAnswer },
    code: account.activatedAt === null ? { expiresAt, digits, wrongTries, newCodesUsed } : null,
  };
}
