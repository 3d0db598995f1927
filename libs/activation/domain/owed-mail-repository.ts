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
  /** The code to send, or null when the owner of an activated account is told that somebody tried the address. */
  readonly code: IssuedCode | null;
}

export interface OwedMail {
  readonly id: string;
  readonly email: string;
  readonly owedSince: Date;
  /** When it is tried next; null when given up. */
  readonly dueAt: Date | null;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** The mails that the database promises. All times are PostgreSQL's. */
export interface OwedMailRepository {
  /**
   * Takes a due mail in hand for `leaseSeconds` and lets its code live for `lifeSeconds` from now. Null when
   * it is not owed, not due, or in another worker's hands. @throws {Unavailable}
   */
  claim(id: string, leaseSeconds: number, lifeSeconds: number): Promise<ClaimedMail | null>;
  /** The mail server has it; the code's life is counted from now. @throws {Unavailable} */
  markSent(id: string, lifeSeconds: number): Promise<void>;
  /** Tries again in `delaySeconds`. @throws {Unavailable} */
  postpone(id: string, delaySeconds: number, reason: string): Promise<void>;
  /** Stops trying, visibly; the code, which nobody will read, is dead at once. @throws {Unavailable} */
  giveUp(id: string, reason: string): Promise<void>;
  /** Ids of due mails, the longest due first, after a place in that order. @throws {Unavailable} */
  due(limit: number, after?: DuePlace): Promise<DuePlace[]>;
  /** Owed and given-up mails, oldest first. @throws {Unavailable} */
  list(limit: number): Promise<OwedMail[]>;
  /** Owes given-up mails again, now. Resolves to how many. @throws {Unavailable} */
  retryGivenUp(): Promise<number>;
  /**
   * How many are owed, the age of the oldest, and that of the oldest which no worker has tried to send yet
   * (0 when there is none). @throws {Unavailable}
   */
  backlog(): Promise<{ owed: number; oldestSeconds: number; unattemptedSeconds: number; givenUp: number }>;
}
export const OwedMailRepository = Symbol('OwedMailRepository');

export interface DuePlace {
  readonly id: string;
  /** Microseconds since 1970, as text: a Date would round it, and the order with it. */
  readonly dueAtMicros: string;
}
