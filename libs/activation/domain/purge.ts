/** Deletes registrations whose code expired unused. All times are PostgreSQL's. */
export interface ExpiredRegistrations {
  /**
   * Deletes registrations that expired more than `olderThanSeconds` ago, oldest first. Rows locked by another session
   * are skipped until the next purge, so that no sign-up waits and concurrent purges do not block each other. @throws
   * {Unavailable}
   */
  purge(batch: PurgeBatch): Promise<PurgedBatch>;
  /** Deletes the counts of an address one day after its last change. @throws {Unavailable} */
  forgetAddressDays(batch: Batch): Promise<PurgedBatch>;
  /**
   * Counts what `purge` would delete, over all batches. It reads every such row, so it may take longer than other
   * queries. @throws {Unavailable}
   */
  count(olderThanSeconds: number): Promise<number>;
  /** Number of registrations whose mail was sent and whose code expired unused. @throws {Unavailable} */
  expiredUnused(): Promise<number>;
}
export const ExpiredRegistrations = Symbol('ExpiredRegistrations');

export interface Batch {
  /** Maximum number of rows to delete. */
  readonly limit: number;
  /** The end of the previous batch, so that its deleted rows are not read again. */
  readonly after?: string | undefined;
}

export interface PurgeBatch extends Batch {
  readonly olderThanSeconds: number;
  /** Deletes nothing while another such batch is running, so that only one of the scheduled purges proceeds. */
  readonly alone?: boolean | undefined;
}

export interface PurgedBatch {
  readonly deleted: number;
  /** Microseconds since 1970 of the newest deleted row, as text; null if there was none. */
  readonly place: string | null;
}
