import { toASCII, toUnicode } from 'tr46';
import { UsersError } from './errors';

declare const canonical: unique symbol;
/** An email address in the canonical form in which addresses are stored, compared and used as recipients. */
export type EmailAddress = string & { readonly [canonical]: true };

/** Maximum length of an address, in characters. Source: RFC 5321, section 4.5.3.1.3, less the angle brackets. */
export const EMAIL_LENGTH_MAX = 254;
/** Maximum length of the local part, in bytes. Source: RFC 5321, section 4.5.3.1.1. */
const LOCAL_PART_BYTES_MAX = 64;

/**
 * Dot-atom of RFC 5322, with letters and digits of any script (RFC 6531). Quoted local parts, comments and invisible
 * characters are not allowed. It is a single character class, so it cannot backtrack.
 */
const LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u;
/** Invisible marks and letters: variation selectors, fillers, joiners. Source: Unicode, DerivedCoreProperties. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/**
 * An i or j with an additional dot above looks like one without it. Lower-casing the Turkish capital I with a dot
 * yields one.
 */
const DOTTED_TWICE = /\p{Soft_Dotted}\u0307/u;
/** Punctuation of any script that remains when an address is copied from a sentence or a list. */
const PUNCTUATION_AT_THE_END = /(?!@)[\p{P}<>|]$/u;
/** A domain as typed by people: letters and digits of any script. */
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
const DOMAIN_LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
/** A last label that resolvers treat as the end of an IPv4 address. Source: WHATWG URL, "ends in a number". */
const NUMBER_LABEL = /^(?:\d+|0x[0-9a-f]*)$/;
/**
 * UTS #46, non-transitional. We check hyphens ourselves, because names such as r3---sn.example exist. The library is
 * pinned, because Node's own function depends on the Unicode version of the Node build.
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
 * Parses an address: trimmed, Unicode NFC, lower case, domain in ASCII form (IDNA). Refuses addresses that two readers
 * could take for different mailboxes, or that two mailboxes could share.
 * @throws {UsersError} users.email_invalid with the reason
 */
export function parseEmailAddress(input: string): EmailAddress {
  if (input.length > 4 * EMAIL_LENGTH_MAX) throw tooLong();
  if (!input.isWellFormed()) throw invalid('must be well-formed Unicode');
  const address = trimBlanks(input).normalize('NFC');
  if (isTooLong(address)) throw tooLong();
  if (INVISIBLE.test(address)) throw invalid('must not contain invisible characters');
  const [punctuation] = PUNCTUATION_AT_THE_END.exec(address) ?? [];
  if (punctuation !== undefined) throw invalid(`must not end with "${punctuation}"`);
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1) throw invalid('must be an email address such as name@example.com');
  const result = `${parseLocalPart(address.slice(0, at))}@${parseDomain(address.slice(at + 1))}`;
  if (isTooLong(result)) throw tooLong();
  return result as EmailAddress;
}

/** The same for an address that a client claims to have; null if it cannot be one. */
export function emailAddressOrNull(input: string): EmailAddress | null {
  try {
    return parseEmailAddress(input);
  } catch {
    return null;
  }
}

/** Spaces of every script, line breaks and tabs. Copied text has no-break and full-width spaces around it. */
const trimBlanks = (text: string): string =>
  text.replace(/^\p{White_Space}+/u, '').replace(/(?<!\p{White_Space})\p{White_Space}+$/u, '');

function parseLocalPart(part: string): string {
  if (!LOCAL_PART.test(part) || part.startsWith('.') || part.endsWith('.') || part.includes('..')) {
    throw invalid('contains characters before the "@" that are not allowed');
  }
  const folded = part.toLowerCase().normalize('NFC');
  // Full-width letters, ligatures and the like, and letters whose case conversion is not reversible (dotless i, sharp
  // s).
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

/** Maximum number of domains that are remembered. */
const DOMAINS_MAX = 1_000;
const asciiOf = new Map<string, string>();

/** Few domains have most addresses, and IDNA is three quarters of the work of parsing one. */
function parseDomain(domain: string): string {
  const known = asciiOf.get(domain);
  if (known !== undefined) return known;
  const ascii = toAsciiDomain(domain);
  if (asciiOf.size >= DOMAINS_MAX) asciiOf.clear();
  asciiOf.set(domain, ascii);
  return ascii;
}

function toAsciiDomain(domain: string): string {
  const ascii = DOMAIN.test(domain) ? (toASCII(domain, IDNA) ?? '') : '';
  const labels = ascii.split('.');
  // The mapped or Punycode-decoded name must follow the same rules: some fractions contain a look-alike of "/".
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

const isTooLong = (address: string): boolean => Array.from(address).length > EMAIL_LENGTH_MAX;

const invalid = (reason: string): UsersError => new UsersError('users.email_invalid', reason);

const tooLong = (): UsersError =>
  new UsersError('users.email_invalid', `must be at most ${EMAIL_LENGTH_MAX} characters long`, {
    kind: 'too_long',
    params: { max: EMAIL_LENGTH_MAX },
  });
