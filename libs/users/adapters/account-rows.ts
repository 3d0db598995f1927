import type { Sql } from '@app/runtime';
import type {
  AccountDetails,
  AccountEntry,
  AccountState,
  CodeDetails,
  MailDetails,
} from '../domain/account-directory';
import type { EmailAddress } from '../domain/email-address';

export interface EntryRow {
  readonly id: string;
  readonly email: EmailAddress;
  readonly state: AccountState;
  readonly created_at: Date;
  readonly activated_at: Date | null;
  readonly password_hash?: string;
  /** Microseconds since 1970: a Date would lose the last three digits, and pages of a list start from this value. */
  readonly created_micros: string;
}

export interface DetailsRow extends EntryRow {
  readonly now: Date;
  readonly locale: string;
  readonly request_id: string | null;
  readonly mail_id: string | null;
  readonly mail_owed_since: Date;
  readonly mail_due_at: Date | null;
  readonly mail_sent_at: Date | null;
  readonly mail_given_up_at: Date | null;
  readonly mail_attempts: number;
  readonly mail_last_error: string | null;
  readonly code_expires_at: Date | null;
  readonly code_digits: number;
  readonly code_wrong_tries: number;
  readonly code_resends: number;
}

export const stateOf = (sql: Sql) => sql`
  case when activated_at is not null then 'activated'
       when mail_given_up_at is not null then 'undeliverable'
       else 'pending' end`;

export const toEntry = (row: EntryRow): AccountEntry => ({
  id: row.id,
  email: row.email,
  state: row.state,
  createdAt: row.created_at,
  activatedAt: row.activated_at,
  ...(row.password_hash === undefined ? {} : { passwordHash: row.password_hash }),
});

export const toDetails = (row: DetailsRow): AccountDetails => ({
  ...toEntry(row),
  now: row.now,
  locale: row.locale,
  requestId: row.request_id,
  mail: toMail(row),
  code: toCode(row),
});

function toMail(row: DetailsRow): MailDetails | null {
  if (row.mail_id === null) return null;
  return {
    id: row.mail_id,
    owedSince: row.mail_owed_since,
    nextTryAt: row.mail_due_at,
    sentAt: row.mail_sent_at,
    givenUpAt: row.mail_given_up_at,
    attempts: row.mail_attempts,
    lastAnswer: row.mail_last_error,
  };
}

function toCode(row: DetailsRow): CodeDetails | null {
  if (row.activated_at !== null) return null;
  return {
    // While a mail is owed or being sent, its code has no fixed expiry.
    expiresAt: row.mail_due_at === null ? row.code_expires_at : null,
    digits: row.code_digits,
    wrongTries: row.code_wrong_tries,
    newCodesUsed: row.code_resends,
  };
}
