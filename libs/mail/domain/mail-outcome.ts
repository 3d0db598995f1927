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
