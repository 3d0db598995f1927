import { toASCII, toUnicode } from 'tr46';
import { UsersError } from './errors';

declare const canonical: unique symbol;
/** An email address in the one form in which addresses are kept, compared and written to. */
export type EmailAddress = string & { readonly [canonical]: true };

/** Longest address, in characters. Source: RFC 5321, section 4.5.3.1.3, less the angle brackets. */
export const EMAIL_LENGTH_MAX = 254;
/** Longest local part, in bytes. Source: RFC 5321, section 4.5.3.1.1. */
const LOCAL_PART_BYTES_MAX = 64;

/**
 * Dot-atom of RFC 5322, with letters and digits of any script (RFC 6531). Quoted local parts, comments and
 * everything invisible have no place in it. One character class, so there is nothing to back-track into.
 */
const LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u;
/** Marks and letters that show nothing: variation selectors, fillers, joiners. Source: Unicode, DerivedCoreProperties. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** An i or j with a dot above its dot looks as without it. The lower case of the Turkish capital I with a dot is one. */
const DOTTED_TWICE = /\p{Soft_Dotted}\u0307/u;
/** What stays on an address that is copied out of a sentence or a list. */
const PUNCTUATION_AT_THE_END = /[,;:.!?'"()<>[\]{}、，；。]$/u;
/** A domain as people write it: letters and digits of any script. */
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
const DOMAIN_LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
/** What a resolver reads as the end of an IPv4 address. Source: WHATWG URL, "ends in a number". */
const NUMBER_LABEL = /^(?:\d+|0x[0-9a-f]*)$/;
/**
 * UTS #46, non-transitional. Hyphens are our own check, because names such as r3---sn.example exist. The library is
 * pinned, because Node's own function follows the Unicode version that Node was built with.
 */
const IDNA = {
  useSTD3ASCIIRules: true,
  checkBidi: true,
  checkJoiners: true,
  checkHyphens: false,
  verifyDNSLength: true,
  transitionalProcessing: false,
} as const;

/**
 * Reads an address: trimmed, Unicode NFC, lower case, domain in ASCII form (IDNA).
 * Refused is what two readers could take for different mailboxes, or one for two.
 * @throws {UsersError} users.email_invalid, saying what is wrong with it
 */
export function parseEmailAddress(input: string): EmailAddress {
  if (input.length > 4 * EMAIL_LENGTH_MAX)
    throw invalid(`must be at most ${EMAIL_LENGTH_MAX} characters long`);
  if (!input.isWellFormed()) throw invalid('must be well-formed Unicode');
  const address = trimBlanks(input).normalize('NFC');
  if (INVISIBLE.test(address)) throw invalid('must not contain invisible characters');
  const [punctuation] = PUNCTUATION_AT_THE_END.exec(address) ?? [];
  if (punctuation !== undefined) throw invalid(`must not end with "${punctuation}"`);
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1) throw invalid('must be an email address such as name@example.com');
  const result = `${parseLocalPart(address.slice(0, at))}@${parseDomain(address.slice(at + 1))}`;
  if (Array.from(result).length > EMAIL_LENGTH_MAX) {
    throw invalid(`must be at most ${EMAIL_LENGTH_MAX} characters long`);
  }
  return result as EmailAddress;
}

/** The same for an address that someone claims to have: null where it cannot be one. */
export function emailAddressOrNull(input: string): EmailAddress | null {
  try {
    return parseEmailAddress(input);
  } catch {
    return null;
  }
}

/** Blanks of every script, line ends and tabs. Text that is copied has no-break and full-width blanks around it. */
const trimBlanks = (text: string): string =>
  text.replace(/^[\t\r\n\p{Z}]+/u, '').replace(/(?<![\t\r\n\p{Z}])[\t\r\n\p{Z}]+$/u, '');

function parseLocalPart(part: string): string {
  if (!LOCAL_PART.test(part) || part.startsWith('.') || part.endsWith('.') || part.includes('..')) {
    throw invalid('contains characters before the "@" that are not allowed');
  }
  const folded = part.toLowerCase().normalize('NFC');
  // Full-width letters, ligatures and the like, and letters whose case has no way back (dotless i, sharp s).
  const ambiguous =
    folded.normalize('NFKC') !== folded ||
    folded.toUpperCase().toLowerCase().normalize('NFC') !== folded ||
    DOTTED_TWICE.test(folded);
  if (ambiguous) {
    throw invalid('contains ambiguous letters before the "@"');
  }
  if (Buffer.byteLength(folded) > LOCAL_PART_BYTES_MAX) {
    throw invalid(`must have at most ${LOCAL_PART_BYTES_MAX} bytes before the "@"`);
  }
  return folded;
}

function parseDomain(domain: string): string {
  const ascii = DOMAIN.test(domain) ? (toASCII(domain, IDNA) ?? '') : '';
  const labels = ascii.split('.');
  // What the name maps to, or hides in Punycode, is held to the same rules: some fractions hold a look-alike of "/".
  const shown = toUnicode(ascii, IDNA).domain;
  const usable =
    labels.length >= 2 &&
    DOMAIN.test(shown) &&
    !DOTTED_TWICE.test(shown) &&
    labels.every((label) => DOMAIN_LABEL.test(label)) &&
    !NUMBER_LABEL.test(labels.at(-1) ?? '');
  if (!usable) throw invalid('must have a domain name such as example.com after the "@"');
  return ascii;
}

const invalid = (reason: string): UsersError => new UsersError('users.email_invalid', reason);
