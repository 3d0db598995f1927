import type { MailOutcome } from './mail-outcome';
import type { Locale } from './locale';

/** The content of a mail; the locale provides the words. */
export type MailContent =
  | { readonly kind: 'activation_code'; readonly code: string; readonly expiresInSeconds: number }
  | { readonly kind: 'address_taken' };

export interface Mail {
  /** Determines the Message-ID, so that copies of one mail are recognized as the same mail. */
  readonly id: string;
  /** Canonical address of the only recipient. */
  readonly to: string;
  readonly locale: Locale;
  readonly content: MailContent;
}

export interface Mailer {
  /** Hands the mail to a mail server. Never rejects because of a server: the outcome describes what happened. */
  send(mail: Mail): Promise<MailOutcome>;
  /** Seconds until an attempt makes sense; 0 while mails flow. Until then every outcome would be `held`. */
  heldForSeconds(): number;
}
export const Mailer = Symbol('Mailer');
