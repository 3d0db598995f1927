/** Forgets the events at the beginning of the log, so that its readers see a log without gaps. */
export interface EventRetention {
  /**
   * Deletes up to `limit` of the oldest events that are older than the retention. It stops at an event that is still
   * owed to a receiver, unless nothing is sent to it any more. @throws {Unavailable}
   */
  forget(limit: number): Promise<ForgottenBatch>;
}
export const EventRetention = Symbol('EventRetention');

export interface ForgottenBatch {
  readonly deleted: number;
  /** How many of them were never delivered, nor given up. */
  readonly undelivered: number;
}
