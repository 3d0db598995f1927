import type { Locale } from '@app/mail';
import type { Environment } from '@app/runtime';
import type { IssuedCode } from './activation-code';

/** How long a registration whose mail cannot be sent holds its address, in seconds. Its mail stays owed after that. */
export const HELD_WITHOUT_MAIL_SECONDS = 3_600;
/** Seconds from a new code to the next one, as the `resend` limit counts. */
export const RESEND_WAIT_SECONDS = 60;
/** How long after its mail a code that was replaced is recognised, in seconds. */
export const REPLACED_CODE_SECONDS = 120;

/** Mails that one mailbox gets in a day; null: as many as there are. */
export const mailsOfADay = (
  environment: Pick<Environment, 'ENABLE_RATE_LIMITING' | 'MAIL_PER_ADDRESS_PER_DAY'>,
): number | null => (environment.ENABLE_RATE_LIMITING ? environment.MAIL_PER_ADDRESS_PER_DAY : null);

/** Seconds from a new code to the next one; none where requests are not limited. */
export const resendWaitSeconds = ({
  ENABLE_RATE_LIMITING: limited,
}: Pick<Environment, 'ENABLE_RATE_LIMITING'>): number => (limited ? RESEND_WAIT_SECONDS : 0);

/** A mail that is owed from now on. */
export interface OwedFrom {
  readonly mailId: string;
  /** Undefined: as before. */
  readonly locale?: Locale;
  readonly requestId: string | null;
}

/** The code that a pending account waits for, as its owner may know it. */
export interface CurrentCode extends IssuedCode {
  /** `sent`: it can be redeemed; `dead`: it expired, was used up, or its mail was given up. */
  readonly state: 'owed' | 'sent' | 'dead';
  /** Null unless `sent`. */
  readonly expiresAt: Date | null;
  readonly resends: number;
  readonly resendAllowedAt: Date;
  /** It had too many failed attempts and may be replaced without the wait, once a registration. */
  readonly resendsEarly: boolean;
  /** The code that this one replaced, while its mail is young enough to be mistaken for this one's. */
  readonly replaced: IssuedCode | null;
}

/** Columns that `codeColumns` names, as PostgreSQL gives them. */
export interface CodeRow {
  readonly mail_id: string;
  readonly code_digits: number;
  readonly code_key_id: string | null;
  readonly code_state: CurrentCode['state'];
  readonly code_expires_at: Date | null;
  readonly code_resends: number;
  readonly resend_allowed_at: Date;
  readonly resends_early: boolean;
  readonly replaced_code: {
    readonly mail_id: string;
    readonly digits: number;
    readonly key_id: string | null;
  } | null;
}

export const toCurrentCode = (row: CodeRow): CurrentCode => ({
  mailId: row.mail_id,
  digits: row.code_digits,
  keyId: row.code_key_id,
  state: row.code_state,
  expiresAt: row.code_state === 'sent' ? row.code_expires_at : null,
  resends: row.code_resends,
  resendAllowedAt: row.resend_allowed_at,
  resendsEarly: row.resends_early,
  replaced: row.replaced_code && {
    mailId: row.replaced_code.mail_id,
    digits: row.replaced_code.digits,
    keyId: row.replaced_code.key_id,
  },
});
