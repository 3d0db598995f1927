/**
 * Whether an address names one mailbox to every reader: no comma, bracket, quote, comment, control or white space
 * that could make two recipients of it, or another one. What is stored passed a stricter check; this one stands
 * between the database and the envelope.
 */
export const isOneMailbox = (address: string): boolean =>
  address.length <= 320 && /^[^\s\p{C}"(),:;<>@[\]\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/u.test(address);
