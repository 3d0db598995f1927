import type { AccountEvent } from './event';

/** The log as its readers page through it, ordered by position. */
export interface EventFeed {
  /**
   * Up to `limit` events after a position; without one, from the oldest event kept. @throws {EventsError}
   * events.forgotten, events.cursor_unknown @throws {Unavailable}
   */
  page(after: bigint | null, limit: number): Promise<EventPage>;
  /** The highest assigned position. @throws {Unavailable} */
  lastPosition(): Promise<bigint>;
}
export const EventFeed = Symbol('EventFeed');

export interface EventPage {
  readonly events: readonly AccountEvent[];
  /** The position to continue from. */
  readonly next: bigint;
  readonly upToDate: boolean;
}

/** Assigns positions to committed events, so that a reader who pages by position misses none. */
export interface EventSequencer {
  /**
   * Assigns up to `limit` positions, and makes the events owed to the webhook if there is one. Resolves to their
   * number; to 0 also while another process is sequencing. @throws {Unavailable}
   */
  sequence(limit: number, owed: boolean): Promise<number>;
}
export const EventSequencer = Symbol('EventSequencer');

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

/** PostgreSQL NOTIFY channel for newly placed events. */
export const EVENTS_CHANNEL = 'events';

export type EventsErrorCode = 'events.forgotten' | 'events.cursor_unknown';

export class EventsError extends Error {
  constructor(readonly code: EventsErrorCode) {
    super(code);
    this.name = 'EventsError';
  }
}
