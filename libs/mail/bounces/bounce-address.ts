import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Environment } from '@app/runtime';

/** Bytes of the signature: forging one takes 2^63 tries on average, at one mail a try. */
const SIGNATURE_BYTES = 8;
const TAG = /\+([\da-f]{32})-([\da-f]{16})@/gi;

/**
 * Envelope senders that name their mail, signed, so that a bounce is believed only where it answers a mail of ours. In
 * hexadecimal, because some servers change the case of letters.
 */
export class BounceAddress {
  constructor(
    /** `bounces@example.com`; empty: senders carry no tag. */
    private readonly address: string,
    private readonly secretKey: string,
    private readonly previousKey: string | undefined,
  ) {}

  /** The envelope sender of a mail, or undefined where bounces are not taken in. */
  senderOf(mailId: string): string | undefined {
    if (this.address === '') return undefined;
    const at = this.address.lastIndexOf('@');
    const signature = sign(this.secretKey, mailId).toString('hex');
    return `${this.address.slice(0, at)}+${mailId.replaceAll('-', '')}-${signature}${this.address.slice(at)}`;
  }

  /** The mail that the first sound tag in a text names; undefined where there is none. */
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
