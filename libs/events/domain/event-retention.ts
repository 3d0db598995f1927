/** Deletes events from the beginning of the log, so that its readers see no gaps. */
export interface EventRetention {
  /**
   * Deletes up to `limit` of the oldest events that are older than the retention. It stops at an event that is still
   * owed to a receiver, unless the webhook is paused or removed. @throws {Unavailable}
   */
  forget(limit: number): Promise<ForgottenBatch>;
}
export const EventRetention = Symbol('EventRetention');

export interface ForgottenBatch {
  readonly deleted: number;
  /** Number of deleted events that were neither delivered nor given up. */
  readonly undelivered: number;
}
