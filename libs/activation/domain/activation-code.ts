import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Locale } from '@app/mail';
import type { Environment } from '@app/runtime';

/** What the database keeps of a code: what it is derived from and its length, never the code. */
export interface IssuedCode {
  /** Random UUID; names the mail that carries the code. */
  readonly mailId: string;
  readonly digits: number;
  /** Names the secret key that the code is derived with; null for codes from before keys had names. */
  readonly keyId: string | null;
}

export const freshMailId = (): string => randomUUID();

/** Derives codes from the secret keys. Without the key, an id or another code tells nothing. */
export class CodeDeriver {
  /** Name of the key that new codes are made with. */
  readonly keyId: string;
  private readonly previous: { readonly id: string; readonly secretKey: string } | undefined;

  /** @param previousKey the key before a rotation: it opens the codes that were made with it, and no others */
  constructor(
    private readonly secretKey: string,
    previousKey?: string,
  ) {
    this.keyId = nameOf(secretKey);
    this.previous = previousKey ? { id: nameOf(previousKey), secretKey: previousKey } : undefined;
  }

  /** A code of a key that is not known any more becomes one of the present key: the key before the last is gone. */
  derive({ mailId, digits, keyId }: IssuedCode): string {
    const secretKey = keyId === this.previous?.id ? this.previous.secretKey : this.secretKey;
    const key = createHmac('sha256', secretKey).update(`activation-code\0${mailId}`).digest();
    return hotp(key, 0n, digits);
  }

  /** Takes the same time for a wrong code as for a right one, wherever they differ. Digests are of one length. */
  matches(code: IssuedCode, attempt: string): boolean {
    const digest = (text: string): Buffer => createHmac('sha256', this.secretKey).update(text).digest();
    return timingSafeEqual(digest(this.derive(code)), digest(attempt));
  }
}

/** Tells keys apart and nothing more: 48 bits of a digest that only the key gives. */
const nameOf = (secretKey: string): string =>
  createHmac('sha256', secretKey).update('name of the key').digest('base64url').slice(0, 8);

/**
 * HMAC-based one-time password: `digits` decimal digits, with leading zeros.
 * Source: RFC 4226, section 5.3; its appendix D is the test.
 */
export function hotp(key: Buffer, counter: bigint, digits: number): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(counter);
  const mac = createHmac('sha1', key).update(message).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(truncated % 10 ** digits).padStart(digits, '0');
}

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
