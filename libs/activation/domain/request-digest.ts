import { createHmac, timingSafeEqual } from 'node:crypto';

/** The parts of a request that identify a repetition (Idempotency-Key). */
export interface RepeatableRequest {
  readonly key: string;
  readonly route: 'register' | 'activate' | 'activation-codes';
  /** In canonical form. */
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}

/** Identifies requests by an HMAC with its own key. A plain hash would be a fast hash of a password. */
export class RequestDigester {
  private readonly key: Buffer;

  constructor(secretKey: string) {
    this.key = createHmac('sha256', secretKey).update('idempotency').digest();
  }

  digest({ key, route, email, password, code }: RepeatableRequest): Buffer {
    const parts = [key, route, email, password.normalize('NFC'), code ?? null];
    return createHmac('sha256', this.key).update(JSON.stringify(parts)).digest();
  }
}

export const isSameRequest = (one: Buffer | null, other: Buffer | null): boolean =>
  one !== null && other !== null && one.length === other.length && timingSafeEqual(one, other);
