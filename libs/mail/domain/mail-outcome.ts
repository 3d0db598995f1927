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
