import type { IssuedCode } from '@app/activation';
import type { Locale } from '@app/mail';
import type { EmailAddress } from './email-address';

export interface User {
  readonly id: string;
  readonly email: EmailAddress;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  /** Null once activated. */
  readonly code: IssuedCode | null;
}

export interface UserWithHash extends User {
  readonly passwordHash: string;
}

export interface NewUser {
  readonly id: string;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly code: IssuedCode;
  readonly locale: Locale;
  /** The request that asked for it, for the log lines of the mail. */
  readonly requestId: string | null;
}

export interface UserRepository {
  /**
   * Adds the account with its first code, whose mail is owed from then on, in one statement; a registration whose
   * code died unused is replaced whole. `code.digits` is the usual length: the wrong tries of a day add to it.
   * @throws {UsersError} users.email_taken
   * @throws {Unavailable}
   */
  add(user: NewUser): Promise<User>;
  /** Resolves to null, never throws, when nobody has this address. @throws {Unavailable} */
  findByEmail(email: EmailAddress): Promise<UserWithHash | null>;
  /**
   * Owes the owner of an activated account a notice that somebody tried the address, unless one was owed within
   * the last day. Resolves to the mail's id, or to null. @throws {Unavailable}
   */
  oweNotice(email: EmailAddress, mailId: string): Promise<string | null>;
}
export const UserRepository = Symbol('UserRepository');
