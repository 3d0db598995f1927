import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Locale } from '@app/mail';
import type { Environment } from '@app/runtime';

/** Maximum length of a code: failed attempts at an address make its next codes longer, up to this many digits. */
export const CODE_DIGITS_MAX = 8;

/** What the database stores about a code: its length and what it is derived from, never the code itself. */
export interface IssuedCode {
  /** Random UUID of the mail that contains the code. */
  readonly mailId: string;
  readonly digits: number;
  /** Id of the secret key that the code is derived with; null for codes older than key ids. */
  readonly keyId: string | null;
}

/** Derives codes from the secret keys. Without the key, an id or other codes reveal nothing about a code. */
export class CodeDeriver {
  /** Id of the key that new codes are made with. */
  readonly keyId: string;
  private readonly previous: { readonly id: string; readonly secretKey: string } | undefined;

  /** @param previousKey the key before a rotation; it accepts the codes made with it, and no others */
  constructor(
    private readonly secretKey: string,
    previousKey?: string,
  ) {
    this.keyId = nameOf(secretKey);
    this.previous = previousKey ? { id: nameOf(previousKey), secretKey: previousKey } : undefined;
  }

  /** A code for a new mail, made with the current key. @param digits the usual length */
  issue(digits: number): IssuedCode {
    return { mailId: randomUUID(), digits, keyId: this.keyId };
  }

  /** A code of an unknown key is derived with the current key: a key from two rotations ago is no longer available. */
  derive({ mailId, digits, keyId }: IssuedCode): string {
    const secretKey = keyId === this.previous?.id ? this.previous.secretKey : this.secretKey;
    const key = createHmac('sha256', secretKey).update(`activation-code\0${mailId}`).digest();
    return hotp(key, 0n, digits);
  }

  /** Takes the same time wherever a wrong code differs. Both digests have the same length. */
  matches(code: IssuedCode, attempt: string): boolean {
    const digest = (text: string): Buffer => createHmac('sha256', this.secretKey).update(text).digest();
    return timingSafeEqual(digest(this.derive(code)), digest(attempt));
  }
}

/** Distinguishes keys without revealing them: 48 bits of a digest that only the key produces. */
const nameOf = (secretKey: string): string =>
  createHmac('sha256', secretKey).update('name of the key').digest('base64url').slice(0, 8);

/**
 * HMAC-based one-time password of `digits` decimal digits with leading zeros. Source: RFC 4226, section 5.3; its
 * appendix D is the test.
 */
export function hotp(key: Buffer, counter: bigint, digits: number): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(counter);
  const mac = createHmac('sha1', key).update(message).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(truncated % 10 ** digits).padStart(digits, '0');
}

/**
 * How long a registration blocks its address while its mail cannot be sent, in seconds. The mail stays owed after
 * that.
 */
export const HELD_WITHOUT_MAIL_SECONDS = 3_600;
/** Seconds between two new codes, as the `resend` limit counts. */
export const RESEND_WAIT_SECONDS = 60;
/** How long after its mail a replaced code is still recognized, in seconds. */
export const REPLACED_CODE_SECONDS = 120;

/** Maximum number of mails per mailbox and day; null: unlimited. */
export const mailsOfADay = (
  environment: Pick<Environment, 'ENABLE_RATE_LIMITING' | 'MAIL_PER_ADDRESS_PER_DAY'>,
): number | null => (environment.ENABLE_RATE_LIMITING ? environment.MAIL_PER_ADDRESS_PER_DAY : null);

/** Seconds between two new codes; 0 if rate limiting is off. */
export const resendWaitSeconds = ({
  ENABLE_RATE_LIMITING: limited,
}: Pick<Environment, 'ENABLE_RATE_LIMITING'>): number => (limited ? RESEND_WAIT_SECONDS : 0);

/** What a mail that is owed from now on takes from the request that caused it. */
export interface OwedFrom {
  /** Undefined: unchanged. */
  readonly locale?: Locale;
  readonly requestId: string | null;
}

/** The code of a pending account, as far as its owner may know it. */
export interface CurrentCode extends IssuedCode {
  /** `sent`: it can be redeemed; `dead`: it expired, had too many failed attempts, or its mail was given up. */
  readonly state: 'owed' | 'sent' | 'dead';
  /** Null unless `sent`. */
  readonly expiresAt: Date | null;
  readonly resends: number;
  readonly wrongTries: number;
  readonly resendAllowedAt: Date;
  /** The code had too many failed attempts and may be replaced without waiting, once per registration. */
  readonly resendsEarly: boolean;
  /** The previous code, while people may still confuse its mail with the current one. */
  readonly replaced: IssuedCode | null;
}

/** Columns of `codeColumns`, as PostgreSQL returns them. */
export interface CodeRow {
  readonly mail_id: string;
  readonly code_digits: number;
  readonly code_key_id: string | null;
  readonly code_state: CurrentCode['state'];
  readonly code_expires_at: Date | null;
  readonly code_resends: number;
  readonly code_wrong_tries: number;
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
  wrongTries: row.code_wrong_tries,
  resendAllowedAt: row.resend_allowed_at,
  resendsEarly: row.resends_early,
  replaced: row.replaced_code && {
    mailId: row.replaced_code.mail_id,
    digits: row.replaced_code.digits,
    keyId: row.replaced_code.key_id,
  },
});
