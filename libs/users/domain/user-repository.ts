import type { CurrentCode, IssuedCode } from '@app/activation';
import type { Locale } from '@app/mail';
import type { EmailAddress } from './email-address';

export interface User {
  readonly id: string;
  readonly email: EmailAddress;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  /** Null once activated. */
  readonly code: CurrentCode | null;
}

export interface UserWithHash extends User {
  readonly passwordHash: string;
  /** HMAC of the last request that changed the account, if it is repeatable. */
  readonly requestDigest: Buffer | null;
  /** The answers to registrations of this address in concealed mode that can still be repeated. */
  readonly pretended: readonly PretendedRegistration[];
}

export interface NewUser {
  readonly id: string;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  /** `digits` is the usual length; failed attempts during the last day add to it. */
  readonly code: IssuedCode;
  readonly locale: Locale;
  /** The request that caused the mail, for its log lines. */
  readonly requestId: string | null;
  readonly requestDigest: Buffer | null;
}

/** The answer to a registration; for a taken address it is created like that for a free one. */
export interface PretendedRegistration {
  /** Hexadecimal; null if the request is not repeatable and nothing is stored. */
  readonly digest: string | null;
  readonly id: string;
  readonly createdAt: Date;
  readonly digits: number;
}

export type Addition =
  | { readonly outcome: 'added'; readonly user: User }
  /**
   * `instead`: if `pretend` is set, the answer for a free address, from the same clocks; `replayed`: it repeats an earlier
   * answer.
   */
  | { readonly outcome: 'taken'; readonly instead: PretendedRegistration | null; readonly replayed: boolean };

export interface UserRepository {
  /**
   * Adds the account with its first code, whose mail is owed from then on, in one statement; an expired registration
   * is replaced completely. The unique index decides who gets the address. If `pretend` is set, the answer to a
   * repeatable request is stored, whether the address was free or taken. @throws {Unavailable}
   */
  add(user: NewUser, pretend?: boolean): Promise<Addition>;
  /** Resolves to null if the address has no account. @throws {Unavailable} */
  findByEmail(email: EmailAddress): Promise<UserWithHash | null>;
  /**
   * Owes the owner of an activated account a notice about the registration, unless one was owed within the last day.
   * Resolves to the mail's id, or to null. @throws {Unavailable}
   */
  oweNotice(email: EmailAddress, mailId: string, requestId: string | null): Promise<string | null>;
  /**
   * Deletes the account with its counts, its owed mail and its address in events; the erasure log keeps `digest`.
   * Resolves to false if the account no longer exists. @throws {Unavailable}
   */
  erase(account: Pick<User, 'id' | 'email'>, digest: string, requestId: string | null): Promise<boolean>;
  /** Stores a new hash of the same password, unless the account's hash is no longer `from`. @throws {Unavailable} */
  replaceHash(id: string, from: string, to: string): Promise<void>;
  /** The highest cost among the password hashes in use; null if there are none. @throws {Unavailable} */
  highestCost(): Promise<number | null>;
}
export const UserRepository = Symbol('UserRepository');
