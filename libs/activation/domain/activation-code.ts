import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** Longest code, in digits. RFC 4226 yields 31 bits, which eight digits use up. */
export const CODE_DIGITS_MAX = 8;

/** What the database keeps of a code: the id it is derived from and its length, never the code. */
export interface IssuedCode {
  /** Random UUID; names the mail that carries the code. */
  readonly mailId: string;
  readonly digits: number;
}

export const freshMailId = (): string => randomUUID();

/** Derives codes from the secret key. Whoever lacks the key learns nothing from the id, or from other codes. */
export class CodeDeriver {
  /** @param previousKey the key before a rotation, whose codes are still accepted; never derived for a mail */
  constructor(
    private readonly secretKey: string,
    private readonly previousKey?: string,
  ) {}

  derive({ mailId, digits }: IssuedCode, secretKey = this.secretKey): string {
    const key = createHmac('sha256', secretKey).update(`activation-code\0${mailId}`).digest();
    return hotp(key, 0n, digits);
  }

  /** Takes the same time for a wrong code as for a right one, wherever they differ. */
  matches(code: IssuedCode, attempt: string): boolean {
    const current = this.same(this.derive(code), attempt);
    const previous =
      this.previousKey !== undefined && this.same(this.derive(code, this.previousKey), attempt);
    return current || previous;
  }

  /** Digests are compared, because they are of one length. */
  private same(expected: string, given: string): boolean {
    const digest = (text: string): Buffer => createHmac('sha256', this.secretKey).update(text).digest();
    return timingSafeEqual(digest(expected), digest(given));
  }
}

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
