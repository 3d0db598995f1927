/**
 * Hands the ids of owed mails to the workers. It carries ids and nothing else, and may be away or lose
 * everything: the database says what is owed, and the reconciler announces it again.
 */
export interface MailQueue {
  /**
   * Adds one job an id; an id that is already waiting or in hand is left as it is.
   * @param timeoutMs longest wait in milliseconds; without it, as long as a request may be held up
   * @throws {Unavailable}
   */
  announce(mailIds: readonly string[], timeoutMs?: number): Promise<void>;
  /** Jobs waiting or in hand. @param timeoutMs as above @throws {Unavailable} */
  depth(timeoutMs?: number): Promise<number>;
}
export const MailQueue = Symbol('MailQueue');
