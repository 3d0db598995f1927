import type { Locale } from '@app/mail';
import type { IssuedCode } from './activation-code';

/** A mail leased by a worker. */
export interface ClaimedMail {
  readonly id: string;
  readonly email: string;
  readonly locale: Locale;
  readonly requestId: string | null;
  /** Trace of that request (W3C traceparent), if it was traced. */
  readonly traceParent: string | null;
  /** Number of attempts so far, including this one. */
  readonly attempt: number;
  /** Number of its attempts with unknown outcome. */
  readonly unknownOutcomes: number;
  /**
   * The code to send; null for the notice to the owner of an activated account whose address was used in a
   * registration.
   */
  readonly code: IssuedCode | null;
}

/** The mails promised by the database, for workers that send them. All times are PostgreSQL's. */
export interface OwedMailRepository {
  /**
   * Leases up to `limit` due mails, longest due first, and lets their codes live for `lifeSeconds` from now. Skips
   * mails that another worker is claiming. A mail beyond the daily limit of its mailbox is withheld and not returned.
   * @throws {Unavailable}
   */
  claimDue(limit: number, lease: MailLease): Promise<ClaimedMail[]>;
  /**
   * Releases the leases of a worker, except for the given mails: those of a claim whose result was lost, or all leases
   * of a dead worker. @throws {Unavailable}
   */
  release(workerId: string, except?: readonly string[]): Promise<void>;
  /**
   * Makes mails due whose time is in the future only because PostgreSQL's clock was set back, or because of a fail-over
   * to a server whose clock is behind. Leased ones are left to their workers. @returns their number
   * @throws {Unavailable}
   */
  bringForward(): Promise<number>;
  /** The mail server has accepted them; the lifetimes of their codes start now. @throws {Unavailable} */
  markSent(ids: readonly string[], lifeSeconds: number): Promise<void>;
  /**
   * Schedules the next attempt in `delaySeconds`. Until then the code is not valid, unless its mail may have arrived.
   * @throws {Unavailable}
   */
  postpone(id: string, delaySeconds: number, reason: string, counts?: AttemptCounts): Promise<void>;
  /**
   * Gives the mail up, visibly for operators. The code becomes invalid immediately, unless the mail may have arrived.
   * @throws {Unavailable}
   */
  giveUp(id: string, reason: string, why: GiveUpReason): Promise<void>;
}
/** No mail is postponed for longer, in seconds. */
export const POSTPONED_SECONDS_MAX = 900;
export const OwedMailRepository = Symbol('OwedMailRepository');

export interface MailLease {
  readonly workerId: string;
  readonly leaseSeconds: number;
  readonly lifeSeconds: number;
}

/** `attempt`: counts as usual. `nothing`: it was not the mail's turn. `unknown`: the server may have the mail. */
export type AttemptCounts = 'attempt' | 'nothing' | 'unknown';

/** `refused`: the address is undeliverable, and an event is written. */
export type GiveUpReason = 'refused' | 'tried_too_often' | 'outcome_unknown';
