/** Deletes what cannot be used any more: registrations whose code died unused. All times are PostgreSQL's. */
export interface DeadRegistrations {
  /**
   * Deletes registrations that died more than `olderThanSeconds` ago, oldest first. Rows that another session holds
   * are left for the next purge, so that no sign-up waits and two purges do not disturb each other. @throws {Unavailable}
   */
  purge(batch: PurgeBatch): Promise<PurgedBatch>;
  /** Forgets what addresses have seen, a day after the last of it. @throws {Unavailable} */
  forgetAddressDays(batch: Batch): Promise<PurgedBatch>;
  /**
   * How many `purge` would delete, all batches together. It reads every one of them: with millions it wants a
   * longer deadline than other questions, which the caller grants. @throws {Unavailable}
   */
  count(olderThanSeconds: number, timeoutMs?: number): Promise<number>;
  /** How many registrations there are whose mail was sent and whose code died unused. @throws {Unavailable} */
  expiredUnused(): Promise<number>;
}
export const DeadRegistrations = Symbol('DeadRegistrations');

export interface Batch {
  /** Most rows to delete. */
  readonly limit: number;
  /** Where the batch before ended: what it deleted is not read again. */
  readonly after?: string | undefined;
}

export interface PurgeBatch extends Batch {
  readonly olderThanSeconds: number;
  /** Deletes nothing while another such batch is being deleted: of the schedules of many workers, one proceeds. */
  readonly alone?: boolean | undefined;
}

export interface PurgedBatch {
  readonly deleted: number;
  /** Microseconds since 1970 of the newest row deleted, as text; null when there was none. */
  readonly place: string | null;
}
