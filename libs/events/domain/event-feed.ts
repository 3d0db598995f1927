import type { AccountEvent } from './event';

/** The log as its readers page through it, in the order of positions. */
export interface EventFeed {
  /**
   * Up to `limit` events behind a position; without one from the oldest kept.
   * @throws {EventsError} events.forgotten, events.cursor_unknown @throws {Unavailable}
   */
  page(after: bigint | null, limit: number): Promise<EventPage>;
  /** The highest position given. @throws {Unavailable} */
  lastPosition(): Promise<bigint>;
}
export const EventFeed = Symbol('EventFeed');

export interface EventPage {
  readonly events: readonly AccountEvent[];
  /** The position to continue from. */
  readonly next: bigint;
  readonly upToDate: boolean;
}

/** Gives positions to the events that are committed, so that a reader who pages by position misses none. */
export interface EventSequencer {
  /**
   * Places up to `limit` events, and owes them to the webhook where there is one. Resolves to how many; to 0 as
   * well while another process is at it. @throws {Unavailable}
   */
  sequence(limit: number, owed: boolean): Promise<number>;
}
export const EventSequencer = Symbol('EventSequencer');

/** Channel of PostgreSQL's NOTIFY that says that events were placed. */
export const EVENTS_CHANNEL = 'events';

export type EventsErrorCode = 'events.forgotten' | 'events.cursor_unknown';

export class EventsError extends Error {
  constructor(readonly code: EventsErrorCode) {
    super(code);
    this.name = 'EventsError';
  }
}
