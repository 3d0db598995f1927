import type { AccountEvent, EventType } from './event';

/** An event that a worker has leased, to send it to the webhook's receiver. */
export interface ClaimedEvent extends AccountEvent {
  /** Attempts begun so far, this one included. */
  readonly attempt: number;
  /** Since the first attempt. */
  readonly triedForSeconds: number;
}

export interface EventBacklog {
  readonly waiting: number;
  readonly oldestSeconds: number;
  readonly givenUp: number;
  readonly paused: boolean;
}

/** An event and what became of its delivery, for operators. Dates are null where that has not happened. */
export interface EventEntry extends AccountEvent {
  readonly accountId: string;
  /** `unplaced` has no position yet; `kept` is owed to no receiver. */
  readonly delivery: 'unplaced' | 'kept' | 'waiting' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly nextTryAt: Date | null;
  readonly lastError: string | null;
}

export interface EventFilter {
  readonly since?: Date;
  readonly type?: EventType;
}

export interface EventEntries {
  readonly entries: readonly EventEntry[];
  /** To be given as `after`; null at the end. */
  readonly next: string | null;
}

/** The events that are owed to the receiver of a URL. All times are PostgreSQL's. */
export interface Deliveries {
  /**
   * Leases due events, the longest due first. Of one account only the first that is not delivered or given up, so
   * that its events arrive in order. None while the receiver is paused. @throws {Unavailable}
   */
  claimDue(limit: number, workerId: string, leaseSeconds: number): Promise<ClaimedEvent[]>;
  /** Makes due what a worker leased, other than the events it knows of. @throws {Unavailable} */
  release(workerId: string, except?: readonly string[]): Promise<void>;
  /** @throws {Unavailable} */
  markDelivered(ids: readonly string[]): Promise<void>;
  /** @throws {Unavailable} */
  postpone(id: string, delaySeconds: number, reason: string): Promise<void>;
  /** @throws {Unavailable} */
  giveUp(id: string, reason: string): Promise<void>;
  /**
   * Gives up what has been owed for so long to a receiver that has taken nothing for so long, tried or not: while it
   * fails only a few events are tried, and the others would wait without end. Resolves to how many. @throws {Unavailable}
   */
  giveUpUntaken(seconds: number): Promise<number>;
  /** Nothing is sent until `retry`; the event stays owed. @throws {Unavailable} */
  pause(id: string, reason: string): Promise<void>;
  /** Ends a pause, and owes given-up and waiting events again, now. Resolves to how many. @throws {Unavailable} */
  retry(): Promise<number>;
  /** Owes again what happened within `seconds`, with the same ids. Resolves to how many. @throws {Unavailable} */
  replay(seconds: number): Promise<number>;
  /** @throws {Unavailable} */
  backlog(): Promise<EventBacklog>;
  /** The newest first, in pages. @throws {Unavailable} */
  list(filter: EventFilter, limit: number, after?: string): Promise<EventEntries>;
}
export const Deliveries = Symbol('Deliveries');
