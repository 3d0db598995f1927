import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Environment } from '@app/runtime';

/** Bytes of the signature: forging one takes 2^63 attempts on average, each of which costs a mail. */
const SIGNATURE_BYTES = 8;
const TAG = /\+([\da-f]{32})-([\da-f]{16})@/gi;

/**
 * Envelope senders that identify their mail, signed so that only a bounce of one of our mails is accepted. In
 * hexadecimal, because some servers change the case of letters.
 */
export class BounceAddress {
  constructor(
    /** `bounces@example.com`; if empty, senders have no tag. */
    private readonly address: string,
    private readonly secretKey: string,
    private readonly previousKey: string | undefined,
  ) {}

  /** The envelope sender of a mail, or undefined if bounces are not processed. */
  senderOf(mailId: string): string | undefined {
    if (this.address === '') return undefined;
    const at = this.address.lastIndexOf('@');
    const signature = sign(this.secretKey, mailId).toString('hex');
    return `${this.address.slice(0, at)}+${mailId.replaceAll('-', '')}-${signature}${this.address.slice(at)}`;
  }

  /** The mail identified by the first valid tag in a text; undefined if there is none. */
  mailIdIn(text: string): string | undefined {
    for (const [, id = '', signature = ''] of text.matchAll(TAG)) {
      const mailId = toUuid(id.toLowerCase());
      const given = Buffer.from(signature, 'hex');
      const keys = [this.secretKey, this.previousKey].filter((key) => key !== undefined);
      if (keys.some((key) => timingSafeEqual(sign(key, mailId), given))) return mailId;
    }
    return undefined;
  }
}

const sign = (key: string, mailId: string): Buffer =>
  createHmac('sha256', key).update(`bounce\0${mailId}`).digest().subarray(0, SIGNATURE_BYTES);

const toUuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export const bounceAddress = (environment: Environment): BounceAddress =>
  new BounceAddress(
    environment.SMTP_BOUNCE_ADDRESS,
    environment.SECRET_KEY,
    environment.SECRET_KEY_PREVIOUS || undefined,
  );
