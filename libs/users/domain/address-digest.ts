import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EmailAddress } from './email-address';

/**
 * Identifies an address where the address itself must not be stored: in the audit trail and the erasure log. It can be
 * computed from the address and the secret key, but the address cannot be computed from it.
 */
export class AddressDigest {
  /** @param previousKey the key before a rotation; its digests are still recognized, but no new ones are made */
  constructor(
    private readonly secretKey: string,
    private readonly previousKey?: string,
  ) {}

  of(address: EmailAddress, secretKey = this.secretKey): string {
    return createHmac('sha256', secretKey).update(`address-digest\0${address}`).digest('hex');
  }

  /** All digests that an address may have, the current one first. */
  all(address: EmailAddress): string[] {
    const previous = this.previousKey === undefined ? [] : [this.of(address, this.previousKey)];
    return [this.of(address), ...previous];
  }

  matches(address: EmailAddress, digest: string): boolean {
    const given = Buffer.from(digest, 'hex');
    return this.all(address).some((each) => {
      const known = Buffer.from(each, 'hex');
      return known.length === given.length && timingSafeEqual(known, given);
    });
  }
}
