import type { IssuedCode, CurrentCode, OwedFrom } from './activation-code';

/** The part of an account that concerns its activation. */
export interface PendingAccount {
  readonly id: string;
  readonly email: string;
  readonly activatedAt: Date | null;
  /** Null once activated. */
  readonly code: CurrentCode | null;
}

/** Outcome of an attempt to redeem a code. */
export type Redemption =
  | { readonly outcome: 'activated'; readonly activatedAt: Date }
  /** The same request has already activated the account. */
  | { readonly outcome: 'replayed'; readonly activatedAt: Date }
  /** `code` has the state after the attempt. */
  | { readonly outcome: 'wrong'; readonly attemptsLeft: number; readonly code: CurrentCode }
  /** The code had no attempts left after this one, or was dead before. */
  | { readonly outcome: 'dead'; readonly code: CurrentCode }
  | { readonly outcome: 'already_activated' }
  /** The registration was purged or replaced. */
  | { readonly outcome: 'gone' };

export interface Redeem {
  readonly accountId: string;
  readonly mailId: string;
  /** Whether the given code is the right one. */
  readonly right: boolean;
  /** Failed attempts that invalidate a code. */
  readonly maxWrongTries: number;
  readonly requestId: string | null;
  /** HMAC of a repeatable request. */
  readonly requestDigest: Buffer | null;
}

export interface Replacement extends OwedFrom {
  readonly accountId: string;
  /** `digits` is the usual length; failed attempts at the address during the last day can make the code longer. */
  readonly code: IssuedCode;
  /** Maximum number of new codes per registration. */
  readonly maxResends: number;
  /** Only if the code had too many failed attempts, and once per registration: the `resend` limit was skipped. */
  readonly early: boolean;
  readonly requestDigest: Buffer | null;
}

export type ReplacementOutcome =
  /** `replayed`: the same request has already replaced the code. */
  | { readonly outcome: 'replaced' | 'replayed'; readonly code: CurrentCode }
  /** `used_up`: the registration has no new codes left; `too_early`: the exception has already been used. */
  | { readonly outcome: 'already_activated' | 'used_up' | 'too_early' | 'gone' };

export interface ActivationRepository {
  /**
   * Redeems the code or counts a failed attempt, in one statement. Of several concurrent attempts with the right code
   * exactly one is `activated`; of the wrong ones at most `maxWrongTries - 1` are `wrong`, and the next one
   * invalidates the code and is `dead`. @throws {Unavailable}
   */
  redeem(attempt: Redeem): Promise<Redemption>;
  /** Replaces the code with a new one, whose mail is owed, at most `maxResends` times. @throws {Unavailable} */
  replaceCode(replacement: Replacement): Promise<ReplacementOutcome>;
}
export const ActivationRepository = Symbol('ActivationRepository');
