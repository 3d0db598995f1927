export interface OwedMail {
  readonly id: string;
  readonly email: string;
  readonly owedSince: Date;
  readonly state: 'owed' | 'given_up' | 'withheld';
  /** Time of the next attempt; null if the mail was given up or withheld. */
  readonly dueAt: Date | null;
  readonly attempts: number;
  readonly lastError: string | null;
}

export interface Backlog {
  readonly owed: number;
  /** Age of the oldest owed mail, in seconds; 0 when none is owed. */
  readonly oldestSeconds: number;
  /** Age of the oldest owed mail without any attempt so far, in seconds; 0 if there is none. */
  readonly unattemptedSeconds: number;
  readonly givenUp: number;
  /** Mails of the last day that were not sent, because their mailbox had reached its daily limit. */
  readonly withheld: number;
}

/** The mails promised by the database, for operators and metrics. All times are PostgreSQL's. */
export interface OwedMailAdministration {
  /** Owed, given-up and withheld mails, oldest first. @throws {Unavailable} */
  list(limit: number): Promise<OwedMail[]>;
  /** Makes given-up mails owed and due now. Resolves to their number. @throws {Unavailable} */
  retryGivenUp(): Promise<number>;
  /**
   * Makes mails due now that wait for their next attempt and are not being sent. Resolves to their number. @throws
   * {Unavailable}
   */
  retryPostponed(): Promise<number>;
  /**
   * Ends the registration of this mail and writes the event: its code becomes invalid and its address free. Resolves
   * to false without any change if the account is activated, has a newer mail, or has already ended. @throws
   * {Unavailable}
   */
  endUndeliverable(mailId: string, reason: string): Promise<boolean>;
  /** @throws {Unavailable} */
  backlog(): Promise<Backlog>;
}
export const OwedMailAdministration = Symbol('OwedMailAdministration');
