import type { AccountEvent, EventType } from './event';

/** An event leased by a worker that sends it to the webhook receiver. */
export interface ClaimedEvent extends AccountEvent {
  /** Number of attempts so far, including this one. */
  readonly attempt: number;
  /** Since the first attempt. */
  readonly triedForSeconds: number;
}

export interface EventBacklog {
  readonly waiting: number;
  readonly oldestSeconds: number;
  readonly givenUp: number;
  readonly paused: boolean;
  /** Time since the receiver has failed without accepting anything; null while it accepts events. */
  readonly outageSeconds: number | null;
}

/** An event and its delivery, for operators. Dates are null for what has not happened. */
export interface EventEntry extends AccountEvent {
  readonly accountId: string;
  /** `unplaced`: it has no position yet; `kept`: no webhook is configured for it. */
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
  /** Pass it as `after`; null at the end. */
  readonly next: string | null;
}

/** Called with how many events are done. */
export type OnProgress = (done: number) => void;

/** The events owed to the receiver of a URL. All times are PostgreSQL's. */
export interface Deliveries {
  /**
   * Leases due events, longest due first: per account only the first one that is neither delivered nor given up, so
   * that its events arrive in order. Leases none while the webhook is paused. @throws {Unavailable}
   */
  claimDue(limit: number, workerId: string, leaseSeconds: number): Promise<ClaimedEvent[]>;
  /** Releases the leases of a worker, except for the given events. @throws {Unavailable} */
  release(workerId: string, except?: readonly string[]): Promise<void>;
  /** @throws {Unavailable} */
  markDelivered(ids: readonly string[]): Promise<void>;
  /** @throws {Unavailable} */
  postpone(id: string, delaySeconds: number, reason: string): Promise<void>;
  /** @throws {Unavailable} */
  giveUp(id: string, reason: string): Promise<void>;
  /**
   * Gives up events that have been owed for that long to a receiver that has accepted nothing for that long, whether
   * attempted or not: while it fails only a few events are attempted, and the others would wait forever. Resolves to
   * their number. @throws {Unavailable}
   */
  giveUpUnaccepted(seconds: number): Promise<number>;
  /** Pauses the webhook until `retry`; the event stays owed. @throws {Unavailable} */
  pause(id: string, reason: string): Promise<void>;
  /** Ends a pause and makes given-up and waiting events due now. Resolves to their number. @throws {Unavailable} */
  retry(onProgress?: OnProgress): Promise<number>;
  /** How many events `replay` would owe again. @throws {Unavailable} */
  countReplay(seconds: number): Promise<number>;
  /**
   * Makes the events of the last `seconds` owed again, with the same ids. Resolves to their number. @throws
   * {Unavailable}
   */
  replay(seconds: number, onProgress?: OnProgress): Promise<number>;
  /** @throws {Unavailable} */
  backlog(): Promise<EventBacklog>;
  /** Newest first, in pages. @throws {Unavailable} */
  list(filter: EventFilter, limit: number, after?: string): Promise<EventEntries>;
}
export const Deliveries = Symbol('Deliveries');
