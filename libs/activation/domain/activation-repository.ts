import type { Locale } from '@app/mail';
import type { IssuedCode } from './activation-code';

/** The part of an account that waits to be activated. */
export interface PendingAccount {
  readonly id: string;
  readonly email: string;
  /** Null once activated. */
  readonly code: IssuedCode | null;
}

/** What became of an attempt to redeem a code. */
export type Redemption =
  | { readonly outcome: 'activated'; readonly activatedAt: Date }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'dead' }
  | { readonly outcome: 'already_activated' };

export interface Redeem {
  readonly accountId: string;
  readonly mailId: string;
  /** Whether the code that was given is the right one. */
  readonly right: boolean;
  /** Wrong tries a code survives. */
  readonly maxWrongTries: number;
  /** Replaces the password hash at a success, when its cost was raised meanwhile. */
  readonly passwordHash?: string;
}

export interface Replacement {
  readonly accountId: string;
  readonly mailId: string;
  /** Usual length of a code; the address's wrong tries of the day may make it longer. */
  readonly digits: number;
  readonly locale: Locale;
  readonly requestId: string | null;
  /** New codes that one registration may have. */
  readonly maxResends: number;
}

/** What became of an attempt to replace a code; `used_up`: the registration has had all of its new codes. */
export type ReplacementOutcome = 'replaced' | 'already_activated' | 'used_up';

export interface ActivationRepository {
  /**
   * Spends the code, or counts a wrong try, in one statement: of many at once exactly one is `activated`, and
   * no more than `maxWrongTries` are ever `wrong`. @throws {Unavailable}
   */
  redeem(attempt: Redeem): Promise<Redemption>;
  /** Puts a fresh code, whose mail is owed, in the place of the old, `maxResends` times at most. @throws {Unavailable} */
  replaceCode(replacement: Replacement): Promise<ReplacementOutcome>;
}
export const ActivationRepository = Symbol('ActivationRepository');
