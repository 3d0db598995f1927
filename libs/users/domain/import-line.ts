import type { ImportedAccount } from './account-administration';
import { parseEmailAddress } from './email-address';
import { parseImportedHash } from './imported-hash';

/** The id of an account, in any case. */
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** RFC 3339. */
const MOMENT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** Windows programs write it at the start of a UTF-8 file. */
const BYTE_ORDER_MARK = /^\uFEFF/;
/** Maximum length of a line, in characters: an account needs a few hundred, and other fields are ignored. */
export const IMPORT_LINE_MAX = 1_048_576;
/** Tolerated difference between the clocks of two machines, in milliseconds. */
const CLOCK_TOLERANCE_MS = 60_000;

/** An account from a line; its id is null if the line has none. */
export type ImportLine = Omit<ImportedAccount, 'id'> & { readonly id: string | null };

export class RefusedLine extends Error {}

/**
 * Parses one line of an import: `email`, `password_hash`, `activated_at`, and optionally `id` and `created_at`. Other
 * fields, such as the `state` of an export, are ignored.
 * @throws {RefusedLine} without the hash in its message
 */
export function parseImportLine(text: string, line: number): ImportLine {
  if (text.length > IMPORT_LINE_MAX) throw new RefusedLine(`is longer than ${IMPORT_LINE_MAX} characters`);
  const fields = parseObject(line === 1 ? text.replace(BYTE_ORDER_MARK, '') : text);
  const { email, password_hash: hash, activated_at: activated, id = null } = fields;
  if (typeof email !== 'string') throw new RefusedLine('email is missing');
  if (typeof hash !== 'string') throw new RefusedLine('password_hash is missing');
  if (activated === undefined || activated === null) {
    throw new RefusedLine('activated_at is missing; only activated accounts can be imported');
  }
  if (id !== null && (typeof id !== 'string' || !UUID.test(id))) throw new RefusedLine('id is not a UUID');
  const parsed = parseImportedHash(hash);
  if ('reason' in parsed) throw new RefusedLine(parsed.reason);
  const activatedAt = parseMoment('activated_at', activated);
  const createdAt =
    fields['created_at'] === undefined || fields['created_at'] === null
      ? activatedAt
      : parseMoment('created_at', fields['created_at']);
  if (createdAt > activatedAt) throw new RefusedLine('created_at is later than activated_at');
  return {
    line,
    id: id === null ? null : id.toLowerCase(),
    email: parseAddress(email),
    passwordHash: parsed.hash,
    createdAt,
    activatedAt,
  };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Text in UTF-16 has a zero in every second byte.
    throw new RefusedLine(text.includes('\0') ? 'is not UTF-8' : 'is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RefusedLine('is not a JSON object');
  }
  return value as Record<string, unknown>;
}

function parseAddress(email: string) {
  try {
    return parseEmailAddress(email);
  } catch (error) {
    throw new RefusedLine(`email ${(error as Error).message}`);
  }
}

function parseMoment(name: string, value: unknown): Date {
  const moment = typeof value === 'string' && MOMENT.test(value) ? new Date(value) : new Date(Number.NaN);
  // PostgreSQL has no year 0.
  const isMoment = moment.getUTCFullYear() >= 1 && isDayOfCalendar(String(value).slice(0, 10));
  if (!isMoment) {
    throw new RefusedLine(`${name} is not a time such as 2026-01-31T12:00:00Z`);
  }
  if (moment.getTime() > Date.now() + CLOCK_TOLERANCE_MS) throw new RefusedLine(`${name} is in the future`);
  return moment;
}

/** Date would read 30 February as 2 March. */
export const isDayOfCalendar = (day: string): boolean => new Date(day).toISOString().startsWith(day);
