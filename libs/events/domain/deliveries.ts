import type { AccountEvent } from './event';

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

/** No event is postponed for longer, in seconds: the receiver may ask for a day. */
export const POSTPONED_SECONDS_MAX = 86_400;

/** The events owed to the receiver of a URL. All times are PostgreSQL's. */
export interface Deliveries {
  /**
   * Leases due events, longest due first: per account only the first one that is neither delivered nor given up, so
   * that its events arrive in order. Leases none while the webhook is paused. @throws {Unavailable}
   */
  claimDue(limit: number, workerId: string, leaseSeconds: number): Promise<ClaimedEvent[]>;
  /** Releases the leases of a worker, except for the given events. @throws {Unavailable} */
  release(workerId: string, except?: readonly string[]): Promise<void>;
  /**
   * Makes events due whose time is in the future only because PostgreSQL's clock was set back. Leased ones are left to
   * their workers. @returns their number @throws {Unavailable}
   */
  bringForward(): Promise<number>;
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
  /** Pauses the webhook until `events retry`; the event stays owed. @throws {Unavailable} */
  pause(id: string, reason: string): Promise<void>;
  /** @throws {Unavailable} */
  backlog(): Promise<EventBacklog>;
}
export const Deliveries = Symbol('Deliveries');
