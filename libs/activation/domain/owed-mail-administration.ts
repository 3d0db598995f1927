export interface OwedMail {
  readonly id: string;
  readonly email: string;
  readonly owedSince: Date;
  readonly state: 'owed' | 'given_up' | 'withheld';
  /** When it is tried next; null when it was given up or withheld. */
  readonly dueAt: Date | null;
  readonly attempts: number;
  readonly lastError: string | null;
}

export interface Backlog {
  readonly owed: number;
  /** Age of the oldest owed mail, in seconds; 0 when none is owed. */
  readonly oldestSeconds: number;
  /** Age of the oldest owed mail that no worker has tried to send yet, in seconds; 0 when there is none. */
  readonly unattemptedSeconds: number;
  readonly givenUp: number;
  /** Mails of the last day that were not sent, because their mailbox had its mails of the day. */
  readonly withheld: number;
}

/** The mails that the database promises, as operators and metrics see them. All times are PostgreSQL's. */
export interface OwedMailAdministration {
  /** Owed, given-up and withheld mails, oldest first. @throws {Unavailable} */
  list(limit: number): Promise<OwedMail[]>;
  /** Owes given-up mails again, now. Resolves to how many. @throws {Unavailable} */
  retryGivenUp(): Promise<number>;
  /** Makes due now what waits for its next attempt and is not being sent. Resolves to how many. @throws {Unavailable} */
  retryPostponed(): Promise<number>;
  /** @throws {Unavailable} */
  backlog(): Promise<Backlog>;
}
export const OwedMailAdministration = Symbol('OwedMailAdministration');
