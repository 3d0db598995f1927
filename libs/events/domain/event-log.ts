import type { AccountEvent } from './event';

/** The log of all events, in the order of their positions. */
export interface EventLog {
  /**
   * Assigns up to `limit` positions to committed events, so that a reader who pages by position misses none, and makes
   * the events owed to the webhook if there is one. Resolves to their number; to 0 also while another process is
   * sequencing. @throws {Unavailable}
   */
  sequence(limit: number, owed: boolean): Promise<number>;
  /**
   * Up to `limit` events after a position; without one, from the oldest event kept. @throws {EventsError}
   * events.forgotten, events.cursor_unknown @throws {Unavailable}
   */
  page(after: bigint | null, limit: number): Promise<EventPage>;
  /**
   * Deletes up to `limit` of the oldest events that are older than the retention, from the beginning of the log, so that
   * its readers see no gaps. It stops at an event that is still owed to a receiver, unless the webhook is paused or
   * removed. @throws {Unavailable}
   */
  forget(limit: number): Promise<ForgottenBatch>;
}
export const EventLog = Symbol('EventLog');

export interface EventPage {
  readonly events: readonly AccountEvent[];
  /** The position to continue from. */
  readonly next: bigint;
  readonly upToDate: boolean;
}

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
