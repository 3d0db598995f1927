/** A failure that is not the item's own but its receiver's: everything of this kind waits for the receiver. */
export interface Setback {
  /** The least time to wait, in seconds, where the receiver named one (Retry-After). */
  readonly retryAfterSeconds?: number;
  /** The item had failed before. It may be the item after all, so it does not begin a back-off; it prolongs one. */
  readonly repeated?: boolean;
}

/**
 * One kind of work that rows of the database promise. The row is the queue: it says when its item is due, and a claim
 * moves that moment to the end of a lease. A worker that dies leaves a row that is due again when the lease is over.
 */
export interface OwedWork<Item extends { readonly id: string }, Outcome> {
  /** Names the work in log lines, such as `mail`. */
  readonly name: string;
  /** Leases up to `limit` due items, the longest due first. @throws {Unavailable} */
  claim(limit: number): Promise<readonly Item[]>;
  /** Makes due what this worker has leased, other than these items. @throws {Unavailable} */
  release(except: readonly string[]): Promise<void>;
  /** Does one item and says what came of it. Must not reject. */
  attempt(item: Item): Promise<Outcome>;
  /** Writes down what came of several items. @throws {Unavailable} */
  settle(outcomes: readonly Outcome[]): Promise<void>;
  /** Null where the receiver took part, whatever it said of the item. */
  setbackOf(outcome: Outcome): Setback | null;
}
