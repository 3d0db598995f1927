import type { Locale } from '@app/mail';
import type { IssuedCode } from './activation-code';

/** A mail in a worker's hands. */
export interface ClaimedMail {
  readonly id: string;
  readonly email: string;
  readonly locale: Locale;
  readonly requestId: string | null;
  /** Trace of that request (W3C traceparent), if it was traced. */
  readonly traceParent: string | null;
  /** Sends begun so far, this one included. */
  readonly attempt: number;
  /** Sends of it whose outcome is unknown. */
  readonly unknownOutcomes: number;
  /** The code to send, or null when the owner of an activated account is told that someone tried the address. */
  readonly code: IssuedCode | null;
}

/** The mails that the database promises, as workers send them. All times are PostgreSQL's. */
export interface OwedMailRepository {
  /**
   * Leases up to `limit` due mails, the longest due first, and lets their codes live for `lifeSeconds` from now. What
   * another worker is just claiming is passed over; a mail beyond its mailbox's mails of the day is withheld and not
   * returned. @throws {Unavailable}
   */
  claimDue(limit: number, lease: MailLease): Promise<ClaimedMail[]>;
  /**
   * Makes due what a worker leased, other than the mails it knows of: what a claim leased whose answer was lost, or
   * everything that a dead worker held. @throws {Unavailable}
   */
  release(workerId: string, except?: readonly string[]): Promise<void>;
  /** The mail server has them; the lives of their codes are counted from now. @throws {Unavailable} */
  markSent(ids: readonly string[], lifeSeconds: number): Promise<void>;
  /**
   * Tries again in `delaySeconds`. Until then no code lives, unless its mail may have arrived.
   * @throws {Unavailable}
   */
  postpone(id: string, delaySeconds: number, reason: string, counts?: AttemptCounts): Promise<void>;
  /**
   * Stops trying, visibly. The code, which will not be read, is dead immediately, unless the mail may have
   * arrived. @throws {Unavailable}
   */
  giveUp(id: string, reason: string, why: GivenUpBecause): Promise<void>;
}
export const OwedMailRepository = Symbol('OwedMailRepository');

export interface MailLease {
  readonly workerId: string;
  readonly leaseSeconds: number;
  readonly lifeSeconds: number;
}

/** `attempt`: as usual. `nothing`: the mail's turn had not come. `unknown`: the server may have the mail. */
export type AttemptCounts = 'attempt' | 'nothing' | 'unknown';

/** `refused`: the address is no good, and an event says so. */
export type GivenUpBecause = 'refused' | 'tried_too_often' | 'outcome_unknown';
