import { randomUUID } from 'node:crypto';
import type { Locale } from '@app/mail';
import type { IssuedCode } from '../domain/activation-code';

/** A registration to write: each call returns the same person with a new account id and a new mail id. */
export interface NewAccount {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly code: IssuedCode;
  readonly locale: Locale;
  readonly requestId: string | null;
  readonly requestDigest: Buffer | null;
}

const person =
  (email: string, locale: Locale) =>
  (details: Partial<NewAccount> = {}): NewAccount => {
    const id = randomUUID();
    return {
      id,
      email,
      passwordHash: `hash of ${id}`,
      code: { mailId: randomUUID(), digits: 4, keyId: 'key-1' },
      locale,
      requestId: `request-${id.slice(0, 8)}`,
      requestDigest: null,
      ...details,
    };
  };

export const kevin = person('kevin@example.com', 'en');
export const marie = person('marie@example.com', 'fr');
/** Someone who enters Kevin's address as their own. */
export const stranger = person('kevin@example.com', 'en');
/** The n-th of many people, each with their own address. */
export const guest = (n: number): NewAccount => person(`guest${n}@example.com`, 'en')();
