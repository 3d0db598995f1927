import { UsersError } from './errors';

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

/** The fault of a chosen password, or undefined. It is checked as it is hashed, in NFC. */
export function faultOf(chosen: string, rules: PasswordRules): string | undefined {
  const password = chosen.normalize('NFC');
  if (Array.from(password).length < rules.minLength) {
    return `must be at least ${rules.minLength} characters long`;
  }
  if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) {
    return `must be at most ${PASSWORD_BYTES_MAX} bytes long in UTF-8`;
  }
  if (!isHashable(password)) return 'must be well-formed Unicode without NUL characters';
  if (rules.blocklist.has(password.toLowerCase()))
    return 'is one of the most common passwords; choose a different one';
  return undefined;
}

/** @throws {UsersError} users.password_unfit */
export function checkPassword(password: string, rules: PasswordRules): void {
  const fault = faultOf(password, rules);
  if (fault !== undefined) throw new UsersError('users.password_unfit', fault);
}
