/** The state of a mail server as the workers last observed it. */
export interface MailServerState {
  readonly server: 'primary' | 'fallback';
  /** Time of the first failure since the last accepted mail; null while it accepts mails. */
  readonly failingSince: Date | null;
  /** The server's reply, or what happened to the connection; without a full address. */
  readonly reason: string | null;
  /** Why it did not answer the last greeting; null if it did, or has accepted a mail since. */
  readonly greetingFailure: string | null;
}

/** Stores what workers observe about the mail servers. All times are PostgreSQL's. */
export interface MailServerLog {
  /** Records that the last exchange failed, with the reason, or succeeded. @throws {Unavailable} */
  record(server: MailServerState['server'], failure: string | null): Promise<void>;
  /**
   * Whether it is the caller's turn to greet the server: once every `everySeconds` over all workers. @throws
   * {Unavailable}
   */
  claimGreeting(server: MailServerState['server'], everySeconds: number): Promise<boolean>;
  /** Records that the server did not answer the greeting, with the reason, or did. @throws {Unavailable} */
  recordGreeting(server: MailServerState['server'], failure: string | null): Promise<void>;
  /** All observed servers. @throws {Unavailable} */
  read(): Promise<readonly MailServerState[]>;
}
export const MailServerLog = Symbol('MailServerLog');
