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
  /**
   * Resolves once the mail server has taken the mail.
   * @throws {MailRefused} when it will never take it
   * @throws {Unavailable} when it may take it later
   */
  send(mail: Mail): Promise<void>;
  /** Asks the mail server for a sign of life. @throws {Unavailable} */
  ping(): Promise<void>;
}
export const Mailer = Symbol('Mailer');

/** The mail server refused for good (a reply of 5xx to the recipient or the message); trying again is no use. */
export class MailRefused extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'MailRefused';
  }
}
