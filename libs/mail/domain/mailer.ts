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

/**
 * The outcome of handing a mail to the mail server, and what the sender of owed mails does next:
 * - `sent`: the server has accepted the mail; the lifetime of its code starts.
 * - `refused`: the server will never accept it because of the recipient's address. It is given up.
 * - `held`: the service or the server is at fault (credentials, quota, an outage, a block), so every mail is affected.
 * The mail stays owed, the attempt does not count, and all mails share one back-off: until `retryInSeconds` have
 * passed, every mail gets this outcome without contacting the server.
 * - `deferred`: the server asks to retry this mail later (greylisting); other mails may pass.
 * - `unknown`: the connection broke after the mail was handed over, so the server may have it. A retry may deliver a
 * duplicate, so there are at most `UNKNOWN_RETRIES_MAX` of them.
 * Reasons are for operators and contain neither a full address nor a code.
 */
export type MailOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'held'; readonly reason: string; readonly retryInSeconds: number }
  | { readonly kind: 'deferred'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Mailer {
  /** Hands the mail to a mail server. Never rejects because of a server: the outcome describes what happened. */
  send(mail: Mail): Promise<MailOutcome>;
  /** Seconds until an attempt makes sense; 0 while mails flow. Until then every outcome would be `held`. */
  heldForSeconds(): number;
}
export const Mailer = Symbol('Mailer');

/**
 * Whether every reader interprets an address as the same single mailbox: it has no comma, bracket, quote, comment,
 * control character or white space that could split or change it. Stored addresses have passed a stricter check; this
 * one protects the envelope from a changed database.
 */
export const isOneMailbox = (address: string): boolean =>
  address.length <= 320 && /^[^\s\p{C}"(),:;<>@[\]\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/u.test(address);
