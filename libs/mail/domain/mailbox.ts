/**
 * Whether every reader takes an address for the same single mailbox: it has no comma, bracket, quote, comment, control
 * character or white space that could split or change it. Stored addresses have passed a stricter check; this one
 * protects the envelope from the database.
 */
export const isOneMailbox = (address: string): boolean =>
  address.length <= 320 && /^[^\s\p{C}"(),:;<>@[\]\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/u.test(address);
