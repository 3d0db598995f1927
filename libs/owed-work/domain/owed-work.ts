/** A failure of the receiver and not of the item: all work of this kind waits for the receiver. */
export interface Setback {
  /** Minimum wait in seconds, if the receiver asked for one (Retry-After). */
  readonly retryAfterSeconds?: number;
  /** The item had failed before, so it may be the item's fault. It does not start a back-off, but prolongs one. */
  readonly repeated?: boolean;
}

/**
 * One kind of work that database rows promise. The row is the queue: it says when its item is due, and a claim moves
 * that time to the end of a lease. The row of a dead worker becomes due again when the lease ends.
 */
export interface OwedWork<Item extends { readonly id: string }, Outcome> {
  /** Name of the work in log lines, such as `mail`. */
  readonly name: string;
  /** Time for which a claimed item belongs to this worker. */
  readonly leaseSeconds: number;
  /** Leases up to `limit` due items, longest due first. @throws {Unavailable} */
  claim(limit: number): Promise<readonly Item[]>;
  /** Releases what this worker has leased, except for these items. @throws {Unavailable} */
  release(except: readonly string[]): Promise<void>;
  /** Does one item and resolves to its outcome. Must not reject. */
  attempt(item: Item): Promise<Outcome>;
  /** Stores the outcomes of several items. @throws {Unavailable} */
  settle(outcomes: readonly Outcome[]): Promise<void>;
  /** Null if the receiver responded, whatever it said about the item. */
  setbackOf(outcome: Outcome): Setback | null;
}
