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

/**
 * What came of handing a mail to the mail server. The one who sends owed mails acts on it:
 * - `sent`: the server has taken the mail; its code begins to live.
 * - `refused`: the server will never take it, because of the recipient's address. It is given up.
 * - `held`: the fault is ours or the server's (credentials, quota, an outage, a block), so it concerns every mail.
 *   The mail stays owed, no try is counted, and all mails wait for one back-off: until `retryInSeconds` have passed,
 *   every mail gets this answer without a word to the server.
 * - `deferred`: the server asks to come back later with this mail (greylisting); others may pass.
 * - `unknown`: the connection broke after the mail was handed over, so the server may have it. A copy may be one too
 *   many: it is tried again `UNKNOWN_RETRIES_MAX` times and no more.
 * Reasons are for operators, name no address in full and no code.
 */
export type MailOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'held'; readonly reason: string; readonly retryInSeconds: number }
  | { readonly kind: 'deferred'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Mailer {
  /** Hands the mail to a mail server. Never rejects for what a server does: the outcome says what became of it. */
  send(mail: Mail): Promise<MailOutcome>;
  /** Seconds until a send is worth a try, 0 while mails flow: until then every outcome would be `held`. */
  heldForSeconds(): number;
}
export const Mailer = Symbol('Mailer');

/**
 * Whether an address names one mailbox to every reader: no comma, bracket, quote, comment, control or white space
 * that could make two recipients of it, or another one. What is stored passed a stricter check; this one stands
 * between the database and the envelope.
 */
export const isOneMailbox = (address: string): boolean =>
  address.length <= 320 && /^[^\s\p{C}"(),:;<>@[\]\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/u.test(address);
