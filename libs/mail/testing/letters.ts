import { randomUUID } from 'node:crypto';
import type { Mail } from '../domain/mailer';

/** The mail with Kevin's code; each call creates a new mail. */
export const codeForKevin = (details: Partial<Mail> = {}): Mail => ({
  id: randomUUID(),
  to: 'kevin@example.com',
  locale: 'en',
  content: { kind: 'activation_code', code: '073914', expiresInSeconds: 60 },
  ...details,
});

/** The notice to Marie that her address was used in a registration. */
export const noticeForMarie = (details: Partial<Mail> = {}): Mail => ({
  id: randomUUID(),
  to: 'marie@example.com',
  locale: 'fr',
  content: { kind: 'address_taken' },
  ...details,
});
