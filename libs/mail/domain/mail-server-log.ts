/** A mail server as the workers last saw it. */
export interface MailServerState {
  readonly server: 'primary' | 'fallback';
  /** When the first failure since the last mail that it took was; null while it takes mails. */
  readonly failingSince: Date | null;
  /** The server's words, or what happened to the connection; no address in full. */
  readonly reason: string | null;
  /** Why it did not answer the last greeting; null where it did, or has been seen with a mail since. */
  readonly greetingFailure: string | null;
}

/** Where workers leave what they see of the mail servers. All times are PostgreSQL's. */
export interface MailServerLog {
  /** Its last exchange failed, with this reason, or went well. @throws {Unavailable} */
  record(server: MailServerState['server'], failure: string | null): Promise<void>;
  /** Whether it is the caller's turn to greet the server: true once in `everySeconds` over all workers. @throws {Unavailable} */
  claimGreeting(server: MailServerState['server'], everySeconds: number): Promise<boolean>;
  /** It did not answer the greeting, with this reason, or it did. @throws {Unavailable} */
  recordGreeting(server: MailServerState['server'], failure: string | null): Promise<void>;
  /** The servers that were seen. @throws {Unavailable} */
  read(): Promise<readonly MailServerState[]>;
}
export const MailServerLog = Symbol('MailServerLog');
