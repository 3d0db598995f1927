import type { IssuedCode, CurrentCode, OwedFrom } from './activation-code';

/** The part of an account that waits to be activated. */
export interface PendingAccount {
  readonly id: string;
  readonly email: string;
  readonly activatedAt: Date | null;
  /** Null once activated. */
  readonly code: CurrentCode | null;
}

/** What became of an attempt to redeem a code. */
export type Redemption =
  | { readonly outcome: 'activated'; readonly activatedAt: Date }
  /** The same request has activated the account before. */
  | { readonly outcome: 'replayed'; readonly activatedAt: Date }
  /** `code` is as it is from now on. */
  | { readonly outcome: 'wrong'; readonly attemptsLeft: number; readonly code: CurrentCode }
  /** That was the last try the code had, or it was dead before. */
  | { readonly outcome: 'dead'; readonly code: CurrentCode }
  | { readonly outcome: 'already_activated' }
  /** The registration was purged or replaced. */
  | { readonly outcome: 'gone' };

export interface Redeem {
  readonly accountId: string;
  readonly mailId: string;
  /** Whether the code that was given is the right one. */
  readonly right: boolean;
  /** Wrong tries that end a code. */
  readonly maxWrongTries: number;
  readonly requestId: string | null;
  /** HMAC of a request that may be repeated. */
  readonly requestDigest: Buffer | null;
}

export interface Replacement extends OwedFrom {
  readonly accountId: string;
  /** Its `digits` are the usual length; the address's failed attempts of the day may make it longer. */
  readonly code: IssuedCode;
  /** New codes that one registration may have. */
  readonly maxResends: number;
  /** Only if the code had too many failed attempts, and only once a registration: the `resend` limit was not asked. */
  readonly early: boolean;
  readonly requestDigest: Buffer | null;
}

export type ReplacementOutcome =
  /** `replayed`: the same request has replaced the code before. */
  | { readonly outcome: 'replaced' | 'replayed'; readonly code: CurrentCode }
  /** `used_up`: the registration has had all of its new codes; `too_early`: the exception was used already. */
  | { readonly outcome: 'already_activated' | 'used_up' | 'too_early' | 'gone' };

export interface ActivationRepository {
  /**
   * Redeems the code, or counts a failed attempt, in one statement: of many concurrent ones exactly one is `activated`,
   * and of the wrong ones no more than `maxWrongTries - 1` are `wrong`; the next one ends the code and is `dead`.
   * @throws {Unavailable}
   */
  redeem(attempt: Redeem): Promise<Redemption>;
  /** Puts a fresh code, whose mail is owed, in the place of the old, `maxResends` times at most. @throws {Unavailable} */
  replaceCode(replacement: Replacement): Promise<ReplacementOutcome>;
}
export const ActivationRepository = Symbol('ActivationRepository');
