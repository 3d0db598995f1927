import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

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
