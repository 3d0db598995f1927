import { UsersError, type BrokenRule } from './errors';

/**
 * Maximum length of a password for bcrypt, in bytes of UTF-8; it silently ignores the rest. Source: OpenBSD bcrypt(3).
 * Longer passwords are refused, so that two passwords never share a hash.
 */
export const PASSWORD_BYTES_MAX = 72;

export interface PasswordRules {
  /** Minimum length in characters (Unicode code points). */
  readonly minLength: number;
  /** Common passwords in lower case, which are refused. */
  readonly blocklist: ReadonlySet<string>;
}
export const PasswordRules = Symbol('PasswordRules');

/** Whether bcrypt can distinguish this password from every other one. */
export function isHashable(password: string): boolean {
  return (
    password.isWellFormed() && !password.includes('\0') && Buffer.byteLength(password) <= PASSWORD_BYTES_MAX
  );
}

/**
 * Checks a chosen password as it is hashed, in NFC.
 * @throws {UsersError} users.password_unfit
 */
export function checkPassword(chosen: string, { minLength, blocklist }: PasswordRules): void {
  const password = chosen.normalize('NFC');
  if (Array.from(password).length < minLength) {
    throw unfit(`must be at least ${minLength} characters long`, 'too_short', { min: minLength });
  }
  if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) {
    const message = `must be at most ${PASSWORD_BYTES_MAX} bytes long in UTF-8`;
    throw unfit(message, 'too_long', { max: PASSWORD_BYTES_MAX });
  }
  if (!isHashable(password)) throw unfit('must be well-formed Unicode without NUL characters');
  if (blocklist.has(password.toLowerCase())) {
    throw unfit('is one of the most common passwords; choose a different one', 'too_common');
  }
}

const unfit = (message: string, kind: BrokenRule['kind'] = 'invalid', params: BrokenRule['params'] = {}) =>
  new UsersError('users.password_unfit', message, { kind, params });
