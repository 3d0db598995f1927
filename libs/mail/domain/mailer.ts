import type { MailOutcome } from './mail-outcome';
import type { Locale } from './locale';

/** What a mail says; the words are the locale's. */
export type MailContent =
  | { readonly kind: 'activation_code'; readonly code: string; readonly expiresInSeconds: number }
  | { readonly kind: 'address_taken' };

export interface Mail {
  /** Makes the Message-ID, so that two copies of one mail are recognised as one. */
  readonly id: string;
  /** Canonical address of the one recipient. */
  readonly to: string;
  readonly locale: Locale;
  readonly content: MailContent;
}

export interface Mailer {
  /** Hands the mail to a mail server. Never rejects for what a server does: the outcome says what became of it. */
  send(mail: Mail): Promise<MailOutcome>;
  /** Seconds until a send is worth a try, 0 while mails flow: until then every outcome would be `held`. */
  heldForSeconds(): number;
}
export const Mailer = Symbol('Mailer');
